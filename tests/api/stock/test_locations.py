"""The rules of locations over HTTP."""

from __future__ import annotations

from tests.api.conftest import ApiClient
from tests.support.api_steps import command, create, items, place, read, refusal, technician


def test_a_location_is_registered_and_shown(api: ApiClient) -> None:
    id = create(api, "locations", kind="warehouse", name="Berlin")

    shown = read(api, f"locations/{id}")

    assert (shown["kind"], shown["name"], shown["retired"]) == ("warehouse", "Berlin", False)


def test_a_van_handed_over_is_its_technicians_from_then_on(api: ApiClient) -> None:
    van, anna, boris = place(api, "van"), technician(api), technician(api)

    for person in (anna, boris):
        command(api, f"locations/{van}/take-custody", technician=person)

    assert read(api, f"locations/{van}")["custodian"] == boris
    assert read(api, f"technicians/{boris}")["van"] == van
    assert [row["id"] for row in items(api, f"locations?custodian={boris}")] == [van]


def test_only_a_van_is_taken_into_custody(api: ApiClient) -> None:
    shelf = place(api)

    assert refusal(api, f"locations/{shelf}/take-custody", technician=technician(api)) == (409, "not-a-van")


def test_a_retired_location_is_found_as_retired(api: ApiClient) -> None:
    old, new = place(api), place(api)

    command(api, f"locations/{old}/retire")

    assert [row["id"] for row in items(api, "locations?retired=true")] == [old]
    assert [row["id"] for row in items(api, "locations?kind=warehouse&retired=false")] == [new]


def test_there_is_one_transit_and_nobody_registers_another(api: ApiClient) -> None:
    assert refusal(api, "locations", kind="transit", name="Another") == (409, "there-is-only-one")


def test_a_location_at_a_customer_names_the_site(api: ApiClient) -> None:
    reply = api.post("/api/v1/locations", {"kind": "site", "name": "Cellar"})

    assert reply.status_code == 400
    assert [each["pointer"] for each in (reply.json or {})["errors"]] == ["/site"]
