"""The rules of equipment over HTTP."""

from __future__ import annotations

from tests.api.conftest import ApiClient
from tests.support.api_steps import command, create, customer, items, read, refusal, site

NOBODY = "0191cb40-11d2-7000-8f00-9d0f6b7c0001"


def test_a_machine_is_installed_at_a_site_of_its_owner(api: ApiClient) -> None:
    owner = customer(api)
    where, id = site(api, owner), create(api, "equipment", model="X 200", serial="S-1")

    command(api, f"equipment/{id}/install", site=where, customer=owner)

    shown = read(api, f"equipment/{id}")
    assert (shown["model"], shown["serial"], shown["status"]) == ("X 200", "S-1", "installed")
    assert (shown["site"], shown["customer"]) == (where, owner)


def test_a_machine_stands_only_at_a_site_of_its_owner(api: ApiClient) -> None:
    owner, other = customer(api), customer(api)
    where, elsewhere, id = site(api, owner), site(api, other), create(api, "equipment", model="X")
    command(api, f"equipment/{id}/install", site=where, customer=owner)

    assert refusal(api, f"equipment/{id}/install", site=elsewhere, customer=owner) == (404, "no-such-site")
    assert refusal(api, f"equipment/{id}/move", site=elsewhere) == (404, "no-such-site")
    assert refusal(api, "equipment", model="X", customer=NOBODY)[0] == 404


def test_a_machine_moves_and_changes_hands(api: ApiClient) -> None:
    owner, buyer = customer(api), customer(api)
    first, second, id = site(api, owner), site(api, owner), create(api, "equipment", model="X")
    command(api, f"equipment/{id}/install", site=first, customer=owner)

    command(api, f"equipment/{id}/move", site=second)
    command(api, f"equipment/{id}/change-owner", customer=buyer)

    shown = read(api, f"equipment/{id}")
    assert (shown["site"], shown["customer"]) == (second, buyer)


def test_a_warranty_holds_from_one_day_until_another(api: ApiClient) -> None:
    id = create(api, "equipment", model="X")

    command(api, f"equipment/{id}/set-warranty", terms="full", until="2027-12-31", **{"from": "2026-01-01"})

    assert read(api, f"equipment/{id}")["warranties"] == [
        {"from": "2026-01-01", "until": "2027-12-31", "terms": "full"}
    ]
    backwards = {"terms": "full", "until": "2025-12-31", "from": "2026-01-01"}
    reply = api.post(f"/api/v1/equipment/{id}/set-warranty", backwards)
    assert [each["pointer"] for each in (reply.json or {})["errors"]] == ["/until"]


def test_a_retired_machine_is_used_no_more(api: ApiClient) -> None:
    id = create(api, "equipment", model="X")

    command(api, f"equipment/{id}/retire", reason="scrapped")

    assert read(api, f"equipment/{id}")["retired_for"] == "scrapped"
    assert refusal(api, f"equipment/{id}/change-owner", customer=customer(api)) == (409, "equipment-is-retired")


def test_machines_are_found_by_owner_site_and_serial(api: ApiClient) -> None:
    owner = customer(api)
    where, id = site(api, owner), create(api, "equipment", model="X", serial="S-1")
    command(api, f"equipment/{id}/install", site=where, customer=owner)
    create(api, "equipment", model="X", serial="S-2")

    for query in (f"customer={owner}", f"site={where}", "serial=S-1", "status=installed"):
        assert [row["id"] for row in items(api, f"equipment?{query}")] == [id]


def test_the_history_of_a_machine_tells_its_repairs_too(api: ApiClient) -> None:
    owner = customer(api)
    id = create(api, "equipment", model="X", customer=owner)
    create(api, "work-orders", customer=owner, equipment=id)

    topics = [row["topic"] for row in items(api, f"equipment/{id}/history")]

    assert topics == ["equipment.registered", "work_order.opened"]
    assert api.get(f"/api/v1/equipment/{NOBODY}/history").status_code == 404
