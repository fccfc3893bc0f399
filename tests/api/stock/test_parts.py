"""The rules of the catalogue over HTTP."""

from __future__ import annotations

from typing import Any

from tests.api.conftest import House

PUMP: dict[str, Any] = {"number": "P-1", "names": [{"language": "de", "text": "Pumpe"}], "unit": "pcs"}


def test_a_new_part_can_be_read_where_the_reply_says(house: House) -> None:
    made = house.post("/api/v1/parts", PUMP, role="stock_keeper")
    read = house.get(made.headers["Location"])

    assert made.status_code == 201
    assert read.json is not None
    assert (read.json["number"], read.json["tracking"], read.json["costs"]) == ("P-1", "none", [])
    assert read.headers["ETag"] == made.headers["ETag"] == '"1"'


def test_a_cost_holds_from_its_day_on(house: House) -> None:
    where = house.post("/api/v1/parts", PUMP).headers["Location"]
    done = house.post(f"{where}/set-cost", {"cost": {"amount": 1250, "currency": "EUR"}, "from": "2026-01-01"})

    assert done.status_code == 200
    assert house.get(where).json["costs"] == [{"from": "2026-01-01", "amount": 1250, "currency": "EUR"}]  # type: ignore[index]


def test_a_part_may_be_revised_superseded_and_discontinued(house: House) -> None:
    old = house.post("/api/v1/parts", PUMP)
    new = house.post("/api/v1/parts", PUMP | {"number": "P-2"})
    where, by = old.headers["Location"], new.json["id"]  # type: ignore[index]
    names = [{"language": "en", "text": "Pump"}]

    assert house.post(f"{where}/revise", {"names": names, "tracking": "serial"}).status_code == 200
    assert house.post(f"{where}/supersede", {"by": by}).status_code == 200
    assert house.post(f"{where}/discontinue").status_code == 200
    read = house.get(where).json
    assert read is not None
    assert (read["names"], read["tracking"], read["superseded_by"], read["discontinued"]) == (names, "serial", by, True)


def test_a_part_cannot_be_replaced_by_one_that_does_not_exist(house: House) -> None:
    where = house.post("/api/v1/parts", PUMP).headers["Location"]

    refused = house.post(f"{where}/supersede", {"by": "0191cb40-11d2-7000-8f00-9d0f6b7c0001"})

    assert refused.status_code == 404


def test_the_catalogue_is_read_by_number_and_filter(house: House) -> None:
    for number in ("B", "A", "C"):
        house.post("/api/v1/parts", PUMP | {"number": number})

    everything = house.get("/api/v1/parts").json
    one = house.get("/api/v1/parts?number=B&discontinued=false").json

    assert everything is not None
    assert one is not None
    assert [item["number"] for item in everything["items"]] == ["A", "B", "C"]
    assert [item["number"] for item in one["items"]] == ["B"]
