"""The rules of locations over HTTP."""

from __future__ import annotations

from tests.api.conftest import House
from tests.support.api_steps import items, made, place, read, refused, technician, told


def test_a_location_is_registered_and_shown(house: House) -> None:
    id = made(house, "locations", kind="warehouse", name="Berlin")

    shown = read(house, f"locations/{id}")

    assert (shown["kind"], shown["name"], shown["retired"]) == ("warehouse", "Berlin", False)


def test_a_van_handed_over_is_its_technicians_from_then_on(house: House) -> None:
    van, anna, boris = place(house, "van"), technician(house), technician(house)

    for person in (anna, boris):
        told(house, f"locations/{van}/take-custody", technician=person)

    assert read(house, f"locations/{van}")["custodian"] == boris
    assert read(house, f"technicians/{boris}")["van"] == van
    assert [row["id"] for row in items(house, f"locations?custodian={boris}")] == [van]


def test_only_a_van_is_taken_into_custody(house: House) -> None:
    shelf = place(house)

    assert refused(house, f"locations/{shelf}/take-custody", technician=technician(house)) == (409, "not-a-van")


def test_a_retired_location_is_found_as_retired(house: House) -> None:
    old, new = place(house), place(house)

    told(house, f"locations/{old}/retire")

    assert [row["id"] for row in items(house, "locations?retired=true")] == [old]
    assert [row["id"] for row in items(house, "locations?kind=warehouse&retired=false")] == [new]


def test_there_is_one_transit_and_nobody_registers_another(house: House) -> None:
    assert refused(house, "locations", kind="transit", name="Another") == (409, "there-is-only-one")


def test_a_location_at_a_customer_names_the_site(house: House) -> None:
    reply = house.post("/api/v1/locations", {"kind": "site", "name": "Cellar"})

    assert reply.status_code == 400
    assert [each["pointer"] for each in (reply.json or {})["errors"]] == ["/site"]
