"""Warranties over HTTP: withdrawn, and asked for a day at the place."""

from __future__ import annotations

from typing import Any

from tests.api.conftest import ApiClient
from tests.support.api_steps import command, create, customer, items, read, refusal, site

YEAR = {"from": "2026-01-01", "until": "2026-12-31", "terms": "parts"}


def covered(api: ApiClient, machine: str, query: str) -> tuple[bool, Any]:
    payload = read(api, f"equipment/{machine}/coverage?{query}")
    return payload["covered"], payload["warranty"] and payload["warranty"]["terms"]


def test_a_warranty_is_withdrawn_with_a_reason_and_the_past_is_as_it_was_known(api: ApiClient) -> None:
    """Issue 9, 13: warranties can be withdrawn, and what was known before can still be asked for."""
    machine = create(api, "equipment", model="B-200", customer=customer(api))
    command(api, f"equipment/{machine}/set-warranty", **YEAR)
    known = command(api, f"equipment/{machine}/set-warranty", **YEAR | {"terms": "all"})["position"]

    before = covered(api, machine, "on=2026-03-01")
    command(api, f"equipment/{machine}/withdraw-warranty", number=2, reason="misuse")

    assert before == (True, "all")
    assert covered(api, machine, "on=2026-03-01") == (True, "parts")
    assert covered(api, machine, f"on=2026-03-01&known_at={known}") == (True, "all")
    command(api, f"equipment/{machine}/withdraw-warranty", number=1, reason="They opened it themselves.")
    assert covered(api, machine, "on=2026-03-01") == (False, None)
    shown = read(api, f"equipment/{machine}")
    assert shown["warranties"] == []
    assert [(one["number"], one["withdrawn_for"]) for one in shown["withdrawn_warranties"]] == [
        (1, "other"),
        (2, "misuse"),
    ]


def test_a_warranty_is_withdrawn_from_a_day_on(api: ApiClient) -> None:
    """Issue 9, 13: it holds until the day before."""
    machine = create(api, "equipment", model="B-200", customer=customer(api))
    command(api, f"equipment/{machine}/set-warranty", **YEAR)

    command(api, f"equipment/{machine}/withdraw-warranty", number=1, reason="not_paid", **{"from": "2026-07-01"})

    assert covered(api, machine, "on=2026-06-30") == (True, "parts")
    assert covered(api, machine, "on=2026-07-01") == (False, None)
    assert read(api, f"equipment/{machine}")["warranties"] == [YEAR | {"until": "2026-06-30"}]
    [listed] = items(api, f"equipment/{machine}/warranties")
    assert listed == YEAR | {"number": 1, "withdrawn_from": "2026-07-01", "withdrawn_for": "not_paid"}


def test_what_cannot_be_withdrawn_is_refused(api: ApiClient) -> None:
    """Issue 9, 13: a number that is not there, twice, after its end, without a reason."""
    machine = create(api, "equipment", model="B-200")
    path = f"equipment/{machine}/withdraw-warranty"
    assert refusal(api, path, number=1, reason="mistake") == (404, "no-such-warranty")
    command(api, f"equipment/{machine}/set-warranty", **YEAR)

    assert refusal(api, path, number=2, reason="mistake") == (404, "no-such-warranty")
    assert refusal(api, path, number=0, reason="mistake")[0] == 400
    assert refusal(api, path, number=1) == (400, "invalid-input")
    assert refusal(api, path, number=1, reason="mistake", **{"from": "2027-01-01"}) == (400, "invalid-input")
    command(api, path, number=1, reason="mistake", **{"from": "2026-07-01"})
    assert refusal(api, path, number=1, reason="mistake", **{"from": "2026-08-01"}) == (409, "warranty-is-withdrawn")
    command(api, path, number=1, reason="mistake")
    assert refusal(api, path, number=1, reason="mistake") == (409, "warranty-is-withdrawn")


def test_a_day_is_the_day_at_the_place(api: ApiClient) -> None:
    """Issue 9, 13: 23:30 UTC on 31 December is the next year in Berlin already, and not in the Canaries."""
    owner = customer(api)
    machine = create(api, "equipment", model="B-200", customer=owner)
    command(api, f"equipment/{machine}/set-warranty", **YEAR)
    fault = "at=2026-12-31T23:30:00Z"

    command(api, f"equipment/{machine}/install", customer=owner, site=site(api, owner))
    in_berlin = covered(api, machine, fault)
    canary = command(api, f"customers/{owner}/add-site", zone="Atlantic/Canary", address="Playa 1")["site"]
    command(api, f"equipment/{machine}/move", site=canary)

    assert in_berlin == (False, None)
    assert covered(api, machine, fault) == (True, "parts")
    assert read(api, f"equipment/{machine}/coverage?{fault}")["zone"] == "Atlantic/Canary"
    assert api.get(f"/api/v1/equipment/{machine}/coverage?{fault}&on=2026-01-01").status_code == 400
    assert api.get(f"/api/v1/equipment/{owner}/coverage").status_code == 404
