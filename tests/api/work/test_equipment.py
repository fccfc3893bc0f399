"""The rules of equipment over HTTP."""

from __future__ import annotations

from tests.api.conftest import House
from tests.support.api_steps import customer, items, made, read, refused, site, told

NOBODY = "0191cb40-11d2-7000-8f00-9d0f6b7c0001"


def test_a_machine_is_installed_at_a_site_of_its_owner(house: House) -> None:
    owner = customer(house)
    where, id = site(house, owner), made(house, "equipment", model="X 200", serial="S-1")

    told(house, f"equipment/{id}/install", site=where, customer=owner)

    shown = read(house, f"equipment/{id}")
    assert (shown["model"], shown["serial"], shown["status"]) == ("X 200", "S-1", "installed")
    assert (shown["site"], shown["customer"]) == (where, owner)


def test_a_machine_stands_only_at_a_site_of_its_owner(house: House) -> None:
    owner, other = customer(house), customer(house)
    where, elsewhere, id = site(house, owner), site(house, other), made(house, "equipment", model="X")
    told(house, f"equipment/{id}/install", site=where, customer=owner)

    assert refused(house, f"equipment/{id}/install", site=elsewhere, customer=owner) == (404, "no-such-site")
    assert refused(house, f"equipment/{id}/move", site=elsewhere) == (404, "no-such-site")
    assert refused(house, "equipment", model="X", customer=NOBODY)[0] == 404


def test_a_machine_moves_and_changes_hands(house: House) -> None:
    owner, buyer = customer(house), customer(house)
    first, second, id = site(house, owner), site(house, owner), made(house, "equipment", model="X")
    told(house, f"equipment/{id}/install", site=first, customer=owner)

    told(house, f"equipment/{id}/move", site=second)
    told(house, f"equipment/{id}/change-owner", customer=buyer)

    shown = read(house, f"equipment/{id}")
    assert (shown["site"], shown["customer"]) == (second, buyer)


def test_a_warranty_holds_from_one_day_until_another(house: House) -> None:
    id = made(house, "equipment", model="X")

    told(house, f"equipment/{id}/set-warranty", terms="full", until="2027-12-31", **{"from": "2026-01-01"})

    assert read(house, f"equipment/{id}")["warranties"] == [
        {"from": "2026-01-01", "until": "2027-12-31", "terms": "full"}
    ]
    backwards = {"terms": "full", "until": "2025-12-31", "from": "2026-01-01"}
    reply = house.post(f"/api/v1/equipment/{id}/set-warranty", backwards)
    assert [each["pointer"] for each in (reply.json or {})["errors"]] == ["/until"]


def test_a_retired_machine_is_used_no_more(house: House) -> None:
    id = made(house, "equipment", model="X")

    told(house, f"equipment/{id}/retire", reason="scrapped")

    assert read(house, f"equipment/{id}")["retired_for"] == "scrapped"
    assert refused(house, f"equipment/{id}/change-owner", customer=customer(house)) == (409, "equipment-is-retired")


def test_machines_are_found_by_owner_site_and_serial(house: House) -> None:
    owner = customer(house)
    where, id = site(house, owner), made(house, "equipment", model="X", serial="S-1")
    told(house, f"equipment/{id}/install", site=where, customer=owner)
    made(house, "equipment", model="X", serial="S-2")

    for query in (f"customer={owner}", f"site={where}", "serial=S-1", "status=installed"):
        assert [row["id"] for row in items(house, f"equipment?{query}")] == [id]


def test_the_history_of_a_machine_tells_its_repairs_too(house: House) -> None:
    owner = customer(house)
    id = made(house, "equipment", model="X", customer=owner)
    made(house, "work-orders", customer=owner, equipment=id)

    topics = [row["topic"] for row in items(house, f"equipment/{id}/history")]

    assert topics == ["equipment.registered", "work_order.opened"]
    assert house.get(f"/api/v1/equipment/{NOBODY}/history").status_code == 404
