"""The rules of the catalogue over HTTP."""

from __future__ import annotations

from typing import Any

from tests.api.conftest import ApiClient

PUMP: dict[str, Any] = {"number": "P-1", "names": [{"language": "de", "text": "Pumpe"}], "unit": "pcs"}


def test_a_new_part_can_be_read_where_the_reply_says(api: ApiClient) -> None:
    made = api.post("/api/v1/parts", PUMP, role="stock_keeper")
    read = api.get(made.headers["Location"])

    assert made.status_code == 201
    assert read.json is not None
    assert (read.json["number"], read.json["tracking"], read.json["costs"]) == ("P-1", "none", [])
    assert read.headers["ETag"] == made.headers["ETag"] == '"1"'


def test_a_cost_holds_from_its_day_on(api: ApiClient) -> None:
    where = api.post("/api/v1/parts", PUMP).headers["Location"]
    done = api.post(f"{where}/set-cost", {"cost": {"amount": 1250, "currency": "EUR"}, "from": "2026-01-01"})

    assert done.status_code == 200
    assert api.get(where).json["costs"] == [{"from": "2026-01-01", "amount": 1250, "currency": "EUR"}]  # type: ignore[index]


def test_a_part_may_be_revised_superseded_and_discontinued(api: ApiClient) -> None:
    old = api.post("/api/v1/parts", PUMP)
    new = api.post("/api/v1/parts", PUMP | {"number": "P-2"})
    where, by = old.headers["Location"], new.json["id"]  # type: ignore[index]
    names = [{"language": "en", "text": "Pump"}]

    assert api.post(f"{where}/revise", {"names": names, "tracking": "serial"}).status_code == 200
    assert api.post(f"{where}/supersede", {"by": by}).status_code == 200
    assert api.post(f"{where}/discontinue").status_code == 200
    read = api.get(where).json
    assert read is not None
    assert (read["names"], read["tracking"], read["superseded_by"], read["discontinued"]) == (names, "serial", by, True)


def test_a_part_cannot_be_replaced_by_one_that_does_not_exist(api: ApiClient) -> None:
    where = api.post("/api/v1/parts", PUMP).headers["Location"]

    refused = api.post(f"{where}/supersede", {"by": "0191cb40-11d2-7000-8f00-9d0f6b7c0001"})

    assert refused.status_code == 404


def test_the_catalogue_is_read_by_number_and_filter(api: ApiClient) -> None:
    for number in ("B", "A", "C"):
        api.post("/api/v1/parts", PUMP | {"number": number})

    everything = api.get("/api/v1/parts").json
    one = api.get("/api/v1/parts?number=B&discontinued=false").json

    assert everything is not None
    assert one is not None
    assert [item["number"] for item in everything["items"]] == ["A", "B", "C"]
    assert [item["number"] for item in one["items"]] == ["B"]
