"""For those who run it: alive? ready? figures."""

from __future__ import annotations

from typing import Any, Final, cast

from eventsourcing.persistence import PersistenceError
from flask import Blueprint, Response, current_app

from api.encoding import answer
from api.figures import may_read_figures
from api.metrics import Metrics
from api.services import services
from store.readiness import pending_migrations

health = Blueprint("health", __name__)
FAR_BEHIND: Final = 10_000
"""Events that the views may lack while people are still sent here."""
TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"


@health.get("/health")
def alive() -> Response:
    """Alive: the process answers, whatever its database does."""
    return answer({"status": "alive"})


@health.get("/ready")
def ready() -> Response:
    """Ready: the database answers, it is migrated, and the views are not far behind the log; 503 otherwise."""
    checks: dict[str, Any] = {"database": "away", "migrations": "unknown", "views": "unknown"}
    try:
        pending = pending_migrations(services().log.pool)
        checks |= {"database": "ok", "migrations": "pending" if pending else "ok"}
        if not pending:
            head = services().log.recorder.max_notification_id() or 0
            lag = head - services().views.position()
            checks |= {"views": "ok" if lag <= FAR_BEHIND else "behind", "position": head, "lag": lag}
    except PersistenceError:
        pass  # what was found out before stands
    fine = all(checks[name] == "ok" for name in ("database", "migrations", "views"))
    headers = {} if fine else {"Retry-After": "5"}
    return answer({"status": "ready" if fine else "not-ready", "checks": checks}, 200 if fine else 503, headers)


@health.get("/metrics")
def metrics() -> Response:
    """Figures in Prometheus' text format, for those whom the settings let read them; 404 for anybody else."""
    may_read_figures(services().settings)
    return Response(cast("Metrics", current_app.extensions["callout.metrics"]).text(), content_type=TEXT)
