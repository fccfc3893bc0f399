"""For those who run it: alive? ready? figures."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final, cast

from eventsourcing.persistence import PersistenceError
from flask import Blueprint, Response, current_app

from api.http.encoding import json_response
from api.http.metrics import Metrics
from api.http.metrics_access import require_metrics_access
from api.http.services import services
from domain.kernel.problem import Kind, Problem
from projections.engine.progress import Progress
from store.readiness import pending_migrations


class AskedTooOften(Problem):
    """You ask too often; wait before the next request."""

    kind = Kind.RATE_LIMITED
    code = "rate-limited"


health = Blueprint("health", __name__)
TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"


@health.get("/health")
def alive() -> Response:
    """Alive: the process answers, whatever its database does."""
    return json_response({"status": "alive"})


@health.get("/ready")
def ready() -> Response:
    """Ready: the database answers, it is migrated, and the views move on, however far they have to go; 503 otherwise.

    What is wrong and keeps nobody from working is listed as `degraded`, with 200: a server that is taken out of service
    for one damaged view could not take in what phones send. An address that asks more often than `Strangers` lets it is
    told what was found out lately, so that no flood of questions reaches the database, and none hides how things stand.
    """
    lately = services().address_limits.last_readiness
    if services().address_limits.may_look():
        told, status = _found()
        lately.keep(told, status)
    elif (last := lately.last()) is not None:
        told, status = last
    else:
        raise AskedTooOften(retry_after=1)
    return json_response(told, status, {} if status == HTTPStatus.OK else {"Retry-After": "5"})


def _found() -> tuple[dict[str, Any], int]:
    """What there is to tell now, and the status."""
    checks: dict[str, Any] = {"database": "away", "migrations": "unknown", "views": "unknown"}
    degraded: list[dict[str, Any]] = []
    try:
        pending = pending_migrations(services().log.pool)
        checks |= {"database": "ok", "migrations": "pending" if pending else "ok"}
        if not pending:
            found = services().views.progress()
            checks |= {"views": "ok" if found.moves else "still", "position": found.head, "lag": found.lag}
            checks |= {} if found.moves else {"still_for": round(found.waiting)}
            degraded = _degraded(found)
    except PersistenceError:
        pass  # what was found out before stands
    fine = all(checks[name] == "ok" for name in ("database", "migrations", "views"))
    status = ("degraded" if degraded else "ready") if fine else "not-ready"
    told = {"status": status, "checks": checks} | ({"degraded": degraded} if degraded else {})
    return told, HTTPStatus.OK if fine else HTTPStatus.SERVICE_UNAVAILABLE


def _degraded(found: Progress) -> list[dict[str, Any]]:
    return [
        *({"code": "view_stopped", "view": view} for view in sorted(found.stopped)),
        *({"code": "parked_events", "view": each.view, "events": each.events} for each in found.damages),
        *({"code": "worker_silent", "part": part, "seconds": round(age)} for part, age in sorted(found.silent.items())),
    ]


@health.get("/metrics")
def metrics() -> Response:
    """Figures in Prometheus' text format, for those whom the settings let read them; 404 for anybody else."""
    require_metrics_access(services().settings)
    return Response(cast("Metrics", current_app.extensions["callout.metrics"]).text(), content_type=TEXT)
