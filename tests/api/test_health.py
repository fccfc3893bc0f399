"""The rules for those who run it: alive, ready, and figures."""

from __future__ import annotations

from typing import Any

import pytest
from eventsourcing.persistence import OperationalError

from api import health
from tests.api.conftest import House

PUMP: dict[str, Any] = {"number": "P-1", "names": [{"language": "de", "text": "Pumpe"}], "unit": "pcs"}


def figures(house: House) -> dict[str, float]:
    text = house.client.get("/metrics").get_data(as_text=True)
    samples = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in samples}


def away(*_: Any, **__: Any) -> Any:
    raise OperationalError("gone")


def test_a_server_with_a_migrated_database_and_views_near_the_log_is_ready(house: House) -> None:
    house.user("agent")

    ready = house.client.get("/ready")

    assert ready.status_code == 200
    assert ready.json == {
        "status": "ready",
        "checks": {"database": "ok", "migrations": "ok", "views": "ok", "position": 1, "lag": 1},
    }


def test_a_server_whose_views_are_far_behind_is_not_ready(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "FAR_BEHIND", 0)
    house.user("agent")

    behind = house.client.get("/ready")
    house.catch_up()

    assert behind.status_code == 503
    assert behind.json is not None
    assert behind.json["checks"]["views"] == "behind"
    assert house.client.get("/ready").status_code == 200


def test_a_server_whose_database_lacks_a_migration_is_not_ready(house: House, database: str) -> None:
    from store.pool import ConnectionPool  # noqa: PLC0415 - as the owner

    owner = ConnectionPool(database)
    owner.execute("DELETE FROM public.schema_migrations WHERE name LIKE '0001%%'")
    owner.close()

    ready = house.client.get("/ready")

    assert ready.status_code == 503
    assert ready.json is not None
    assert ready.json["checks"] == {"database": "ok", "migrations": "pending", "views": "unknown"}


def test_a_server_without_its_database_is_alive_and_not_ready(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house.services.log.pool, "execute", away)

    assert house.client.get("/health").status_code == 200
    ready = house.client.get("/ready")
    assert ready.status_code == 503
    assert ready.json is not None
    assert ready.json["checks"]["database"] == "away"
    assert ready.headers["Retry-After"]


def test_figures_count_requests_by_route_and_status_and_never_by_path(house: House) -> None:
    house.post("/api/v1/parts", PUMP)
    house.post("/api/v1/parts", {})
    house.ask("GET", "/no/such/path")

    counted = figures(house)

    route = 'method="POST",route="/api/v1/parts"'
    assert counted[f'callout_requests_total{{{route},status="201"}}'] == 1
    assert counted[f'callout_requests_total{{{route},status="400"}}'] == 1
    assert counted['callout_requests_total{method="GET",route="unknown",status="404"}'] == 1
    assert counted[f"callout_request_seconds_count{{{route}}}"] == 2


def test_figures_tell_how_far_the_log_and_the_views_are(house: House) -> None:
    house.user("agent")
    behind = figures(house)
    house.catch_up()
    caught_up = figures(house)

    assert (behind["callout_log_position"], behind["callout_views_position"]) == (1, 0)
    assert behind["callout_views_lag_events"] == 1
    assert caught_up["callout_views_lag_events"] == 0
    assert caught_up['callout_pool_connections{role="writer",state="most"}'] == 5
    assert caught_up["callout_database_up"] == 1


def test_a_database_that_is_away_is_a_figure_too(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house.services.log.pool, "execute", away)

    assert figures(house)["callout_database_up"] == 0
