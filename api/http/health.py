"""Liveness, readiness and metrics, for operators."""

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
    """Your address sends too many requests; wait before the next one."""

    kind = Kind.RATE_LIMITED
    code = "rate-limited"


health = Blueprint("health", __name__)
TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"


@health.get("/health")
def alive() -> Response:
    """Liveness: the process answers, whatever the state of its database."""
    return json_response({"status": "alive"})


@health.get("/ready")
def ready() -> Response:
    """Readiness: 200 when the database answers, is migrated, and the views advance, however far behind; 503 otherwise.

    Faults that prevent no work are listed as `degraded`, with 200: a server that is taken out of service for
    one damaged view could not accept what phones send. An address above its limit gets the last answer if that is at
    most two seconds old, and 429 otherwise, so that a flood of requests does not reach the database.
    """
    kept = services().address_limits.last_readiness
    if services().address_limits.may_look():
        body, status = _readiness()
        kept.keep(body, status)
    elif (last := kept.last()) is not None:
        body, status = last
    else:
        raise AskedTooOften(retry_after=1)
    return json_response(body, status, {} if status == HTTPStatus.OK else {"Retry-After": "5"})


def _readiness() -> tuple[dict[str, Any], int]:
    """The body and status of the readiness response."""
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
        pass  # the checks so far are the answer
    fine = all(checks[name] == "ok" for name in ("database", "migrations", "views"))
    status = ("degraded" if degraded else "ready") if fine else "not-ready"
    body = {"status": status, "checks": checks} | ({"degraded": degraded} if degraded else {})
    return body, HTTPStatus.OK if fine else HTTPStatus.SERVICE_UNAVAILABLE


def _degraded(found: Progress) -> list[dict[str, Any]]:
    return [
        *({"code": "view_stopped", "view": view} for view in sorted(found.stopped)),
        *({"code": "parked_events", "view": each.view, "events": each.events} for each in found.damages),
        *({"code": "worker_silent", "part": part, "seconds": round(age)} for part, age in sorted(found.silent.items())),
    ]


@health.get("/metrics")
def metrics() -> Response:
    """Metrics in Prometheus' text format, for those whom the settings allow to read them; 404 for all others."""
    require_metrics_access(services().settings)
    return Response(cast("Metrics", current_app.extensions["callout.metrics"]).text(), content_type=TEXT)
