"""Issue 8, 2: values at the limits of the log's types are read over HTTP: lists, single things, ages."""

from __future__ import annotations

from random import SystemRandom
from typing import Any

from tests.api.conftest import ApiClient
from tests.support.extreme_events import Extremes

COLLECTIONS = (
    "cases",
    "contacts",
    "customers",
    "devices",
    "discrepancies",
    "equipment",
    "locations",
    "parts",
    "stock",
    "stock/movements",
    "surveys",
    "technicians",
    "users",
    "visits",
    "work-orders",
    "events",
    "operations",
)


def test_everything_at_the_limits_can_be_read(api: ApiClient) -> None:
    seed = SystemRandom().randrange(2**32)
    print(f"seed {seed}")  # noqa: T201 - so that a failure can be repeated
    everything_can_be_read(api, Extremes(seed))


def everything_can_be_read(api: ApiClient, extremes: Extremes) -> None:
    """Record events of every kind three times over; every list and every thing in it answers 200, or 404 when gone."""
    log = api.services.log
    for _ in range(3):
        events = extremes.every()
        log.append(events, [extremes.envelope() for _ in events], [], None)
    api.catch_up()

    wrong: list[tuple[str, int]] = []
    known = [rule.rule for rule in api.client.application.url_map.iter_rules() if "GET" in (rule.methods or ())]
    asked = [f"/api/v1/{each}" for each in COLLECTIONS if f"/api/v1/{each}" in known]
    assert len(asked) >= 14
    for path in asked:
        items = _all_of(api, path, wrong)
        single = [rule for rule in known if rule.startswith(path + "/<") and rule.endswith(">")]
        for item in items if single else ():
            name = item.get("id") or item.get("position") or item.get("operation") or item.get("name")
            _note(api, f"{path}/{name}", wrong)
    assert wrong == []


def _all_of(api: ApiClient, path: str, wrong: list[tuple[str, int]]) -> list[Any]:
    """Page by page, at most twenty."""
    found: list[Any] = []
    cursor = None
    for _ in range(20):
        page = _note(api, f"{path}?limit=50" + (f"&cursor={cursor}" if cursor else ""), wrong)
        found += page.get("items", [])
        cursor = page.get("next")
        if cursor is None:
            break
    return found


def _note(api: ApiClient, path: str, wrong: list[tuple[str, int]]) -> Any:
    answer = api.ask("GET", path)
    if answer.status_code not in (200, 404):
        wrong.append((path, answer.status_code))
    return answer.json or {}
