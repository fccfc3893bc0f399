"""The rules for those who run it: alive, ready, and figures."""

from __future__ import annotations

from typing import Any

import pytest
from eventsourcing.persistence import OperationalError

from projections.engine import progress
from store.pool import ConnectionPool
from tests.api.conftest import ApiClient

PUMP: dict[str, Any] = {"number": "P-1", "names": [{"language": "de", "text": "Pumpe"}], "unit": "pcs"}


def figures(api: ApiClient) -> dict[str, float]:
    text = api.client.get("/metrics").get_data(as_text=True)
    samples = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in samples}


def away(*_: Any, **__: Any) -> Any:
    raise OperationalError("gone")


def test_a_server_with_a_migrated_database_and_views_near_the_log_is_ready(api: ApiClient) -> None:
    api.user("agent")

    ready = api.client.get("/ready")

    assert ready.status_code == 200
    assert ready.json == {
        "status": "ready",
        "checks": {"database": "ok", "migrations": "ok", "views": "ok", "position": 1, "lag": 1},
    }


def test_a_server_whose_views_stand_still_is_not_ready_and_one_whose_views_move_is(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 8, 20: ready meant a lag below 10,000 events; it means that the views move."""
    api.user("agent")
    move = "UPDATE log.checkpoints SET moved_at = now() + %s * interval '1 hour'"
    projector = api.services.projecting.pool
    projector.execute(move, (-1,))
    just_recorded = api.client.get("/ready")
    monkeypatch.setattr(progress, "STILL", 0.0)

    still = api.client.get("/ready")
    projector.execute(move, (1,))
    moving = api.client.get("/ready")
    api.catch_up()
    projector.execute(move, (-1,))
    nothing_to_do = api.client.get("/ready")

    assert just_recorded.status_code == moving.status_code == nothing_to_do.status_code == 200
    assert still.status_code == 503
    assert still.json is not None
    assert still.json["checks"]["views"] == "still"
    assert still.json["checks"]["lag"] == 1
    assert still.headers["Retry-After"]
    assert figures(api)["callout_views_waiting_seconds"] == 0


def test_parked_events_and_stopped_views_are_an_alert_and_keep_the_server_at_work(api: ApiClient) -> None:
    """Issue 8, 2: the views stood still for ever, and nothing said so."""
    api.user("agent")
    api.catch_up()
    projector = api.services.projecting.pool
    projector.execute("INSERT INTO log.parked_events VALUES ('stock', 1, 'stock', 'KeyError in f, x.py:1')")
    projector.execute("UPDATE log.checkpoints SET stopped_at = now(), position = 0 WHERE name = 'equipment'")
    projector.execute("INSERT INTO log.heartbeats VALUES ('here:1', 'held', now() - interval '5 minutes')")

    ready, response = api.client.get("/ready"), figures(api)

    assert ready.status_code == 200
    assert ready.json is not None
    assert ready.json["status"] == "degraded"
    assert ready.json["checks"]["lag"] == 0
    stopped, parked, silent = ready.json["degraded"]
    assert stopped == {"code": "view_stopped", "view": "equipment"}
    assert parked == {"code": "parked_events", "view": "stock", "events": 1}
    assert (silent["code"], silent["part"]) == ("worker_silent", "held")
    assert response['callout_views_parked_events{view="stock"}'] == 1
    assert response['callout_views_stopped{view="equipment"}'] == 1
    assert response['callout_worker_silent_seconds{part="held"}'] >= 300
    assert api.ask("GET", "/api/v1/equipment").status_code == 503, "who asks the view that is stopped is told"
    assert api.ask("GET", "/api/v1/parts").status_code == 200
    views = api.get("/api/v1/projections").json
    assert views is not None
    states = {view["name"]: (view["state"], view["parked"]) for view in views["items"]}
    assert states["stock"] == ("ready", 1)
    assert states["equipment"] == ("stopped", 0)


def test_a_server_whose_database_lacks_a_migration_is_not_ready(api: ApiClient, database: str) -> None:
    owner = ConnectionPool(database)
    owner.execute("DELETE FROM public.schema_migrations WHERE name LIKE '0001%%'")
    owner.close()

    ready = api.client.get("/ready")

    assert ready.status_code == 503
    assert ready.json is not None
    assert ready.json["checks"] == {"database": "ok", "migrations": "pending", "views": "unknown"}


def test_a_server_without_its_database_is_alive_and_not_ready(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.services.log.pool, "execute", away)

    assert api.client.get("/health").status_code == 200
    ready = api.client.get("/ready")
    assert ready.status_code == 503
    assert ready.json is not None
    assert ready.json["checks"]["database"] == "away"
    assert ready.headers["Retry-After"]


def test_figures_count_requests_by_route_and_status_and_never_by_path(api: ApiClient) -> None:
    api.post("/api/v1/parts", PUMP)
    api.post("/api/v1/parts", {})
    api.ask("GET", "/no/such/path")

    counted = figures(api)

    route = 'method="POST",route="/api/v1/parts"'
    assert counted[f'callout_requests_total{{{route},status="201"}}'] == 1
    assert counted[f'callout_requests_total{{{route},status="400"}}'] == 1
    assert counted['callout_requests_total{method="GET",route="unknown",status="404"}'] == 1
    assert counted[f"callout_request_seconds_count{{{route}}}"] == 2


def test_figures_tell_how_far_the_log_and_the_views_are(api: ApiClient) -> None:
    api.user("agent")
    behind = figures(api)
    api.catch_up()
    caught_up = figures(api)

    assert (behind["callout_log_position"], behind["callout_views_position"]) == (1, 0)
    assert behind["callout_views_lag_events"] == 1
    assert caught_up["callout_views_lag_events"] == 0
    assert caught_up['callout_pool_connections{role="writer",state="most"}'] == 5
    assert caught_up["callout_database_up"] == 1


def test_a_database_that_is_away_is_a_figure_too(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.services.views._pool, "connection", away)

    assert figures(api)["callout_database_up"] == 0
