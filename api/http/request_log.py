"""One log line for each request: route, status, duration and ids, never content."""

from __future__ import annotations

from time import perf_counter
from typing import Any, Final
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request

from api.http.metrics import Metrics, method_of
from api.http.policy import template

QUIET: Final = frozenset({"/health", "/ready", "/metrics"})
"""Routes that machines request every few seconds: logged at debug level."""


def log_requests(app: Flask, metrics: Metrics) -> None:
    """Give every request an id, and log and count it when it has been answered."""
    app.before_request(_begin)
    app.after_request(lambda reply: _note(reply, metrics))


def _begin() -> None:
    g.request_id = uuid4().hex
    g.begun = perf_counter()


def _note(reply: Response, metrics: Metrics) -> Response:
    route = template(request.url_rule) if request.url_rule is not None else "unknown"
    seconds = perf_counter() - g.begun
    method = method_of(request.method)
    reply.headers["X-Request-Id"] = g.request_id
    metrics.note(method, route, reply.status_code, seconds)
    line = {
        "method": method,
        "route": route,
        "status": reply.status_code,
        "ms": round(seconds * 1000, 1),
        "request": g.request_id,
        **_people(),
    }
    log = structlog.get_logger("api")
    if "fault" in g:
        log.error("request", **line, exc_info=g.fault)
    elif route in QUIET:
        log.debug("request", **line)
    else:
        log.info("request", **line)
    return reply


def _people() -> dict[str, Any]:
    """The ids of the user and device, and the code of the problem in the response."""
    found: dict[str, Any] = {}
    if "who" in g:
        found["user"] = str(g.who.id)
    elif "about_user" in g:
        found["user"] = str(g.about_user)
    if "device" in g:
        found["device"] = str(g.device.device)
    if "problem" in g:
        found["problem"] = g.problem
    return found
