"""The security log: which routes and problems are recorded in it, as which kind of event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog
from eventsourcing.persistence import PersistenceError
from flask import Flask, Response, g, request

from api.http.body import body_of
from api.http.client import address
from api.http.policy import template
from api.http.services import services
from domain.kernel.problem import Problem
from store.noted import Noted

REFUSED: Final[Mapping[str, str]] = {
    "wrong-login": "sign_in.failed",
    "second-factor-needed": "sign_in.second_factor_asked",
    "wrong-second-factor": "sign_in.second_factor_failed",
    "challenge-not-good": "challenge.refused",
    "passkey-not-good": "passkey.refused",
    "reset-code-not-good": "password.reset_failed",
    "wrong-proof": "proof.failed",
    "not-signed-in": "token.refused",
    "token-expired": "token.refused",
    "token-reused": "token.reused",
    "device-revoked": "device.refused",
    "enrolment-code-invalid": "device.enrolment_failed",
    "proof-invalid": "signature.refused",
    "signature-required": "signature.refused",
    "signature-invalid": "signature.refused",
    "forbidden": "access.refused",
}
"""The kind of event for each problem that is recorded; `token.refused` only where a token was sent."""
RATE_LIMITED: Final = "sign_in.braked"

DONE: Final[Mapping[str, str]] = {
    "POST /api/v1/sessions": "sign_in.done",
    "POST /api/v1/sessions/second-factor": "sign_in.done",
    "POST /api/v1/sessions/reset-password": "password.reset",
    "POST /api/v1/sessions/current/prove": "proof.given",
    "POST /api/v1/sessions/current/end": "sign_out",
    "POST /api/v1/sessions/end-all": "sign_out.everywhere",
    "POST /api/v1/sessions/{id}/end": "sign_out.elsewhere",
    "POST /api/v1/me/password": "password.changed",
    "POST /api/v1/me/totp/{id}/confirm": "second_factor.added",
    "POST /api/v1/me/passkeys": "second_factor.added",
    "POST /api/v1/me/second-factors/{id}/remove": "second_factor.removed",
    "POST /api/v1/me/recovery-codes": "recovery_codes.renewed",
    "POST /api/v1/users": "user.created",
    "POST /api/v1/users/{id}/set-roles": "user.roles_set",
    "POST /api/v1/users/{id}/set-password": "password.set_by_admin",
    "POST /api/v1/users/{id}/reset-code": "password.reset_code_issued",
    "POST /api/v1/users/{id}/reset-second-factors": "second_factor.reset",
    "POST /api/v1/users/{id}/disable": "user.disabled",
    "POST /api/v1/users/{id}/enable": "user.enabled",
    "POST /api/v1/users/{id}/erase": "user.erased",
    "POST /api/v1/technicians/{id}/erase": "technician.erased",
    "POST /api/v1/technicians/{id}/enrolments": "device.code_issued",
    "POST /api/v1/customers/{id}/erase": "customer.erased",
    "POST /sync/v1/devices": "device.enrolled",
    "POST /sync/v1/wiped": "device.wiped",
    "POST /api/v1/devices/{id}/suspend": "device.suspended",
    "POST /api/v1/devices/{id}/resume": "device.resumed",
    "POST /api/v1/devices/{id}/revoke": "device.revoked",
    "POST /api/v1/operations/{id}/release": "operation.released",
    "POST /api/v1/operations/{id}/discard": "operation.discarded",
    "GET /api/v1/security-events": "security_log.read",
}
"""The kind of event for each route that is recorded when it succeeded."""

PERSONAL: Final = (
    *("customers", "contacts", "cases", "equipment", "work-orders", "visits", "technicians", "users", "devices"),
    *("events", "operations", "blobs", "discrepancies", "stock-movements", "search"),
)
READ: Final = tuple(f"GET /api/v1/{noun}" for noun in PERSONAL)
"""Prefixes of routes that show personal data: recorded when an auditor reads them."""
READ_KIND: Final = "personal_data.read"
_FAILED: Final = 400
_REFUSED_SIGNATURE: Final = "/signature-invalid"


class _ProblemPart(msgspec.Struct):
    """The part of an operation's problem that is decoded."""

    type: str = ""


class _Result(msgspec.Struct):
    """The part of an operation's result that is decoded."""

    problem: _ProblemPart | None = None


class _Pushed(msgspec.Struct):
    """The part of a push response that is decoded: the results, without the documents."""

    results: list[_Result] = []


_PUSHED: Final = msgspec.json.Decoder(_Pushed)


def record_security_events(app: Flask) -> None:
    """Record security events after each response; a log that cannot be written does not fail the request."""

    def note(reply: Response) -> Response:
        kind = _kind(reply)
        if kind is not None:
            try:
                services().security.note(_noted(kind))
            except (PersistenceError, Problem) as error:
                structlog.get_logger("api").error(
                    "a security event was not recorded", kind=kind, reason=type(error).__name__
                )
        return reply

    app.after_request(note)


def _kind(reply: Response) -> str | None:
    """The kind of security event of the current request, None when it is not recorded."""
    route = f"{request.method} {template(request.url_rule)}" if request.url_rule is not None else ""
    if "problem" in g:
        return _refused(route)
    if reply.status_code >= _FAILED:
        return None
    if route == "POST /sync/v1/push" and _has_refused_signature(reply.get_data()):
        return REFUSED["signature-invalid"]
    if route.startswith(READ) and "who" in g and "auditor" in g.who.roles:
        return READ_KIND
    return DONE.get(route)


def _has_refused_signature(body: bytes) -> bool:
    """Whether a result in this push response has a wrong signature."""
    if _REFUSED_SIGNATURE.encode() not in body:
        return False
    problems = (result.problem for result in _PUSHED.decode(body).results)
    return any(problem is not None and problem.type.endswith(_REFUSED_SIGNATURE) for problem in problems)


def _refused(route: str) -> str | None:
    if g.problem == "rate-limited":
        return RATE_LIMITED if route.startswith("POST /api/v1/") else None
    if g.problem == "not-signed-in" and "Authorization" not in request.headers:
        return None
    return REFUSED.get(g.problem)


def _noted(kind: str) -> Noted:
    actor: UUID | None = g.who.id if "who" in g else None
    device = g.device.device if "device" in g else None
    # An unknown client may invent ids, and each would be a row of its own.
    given: dict[str, Any] = {} if actor is None and device is None else request.view_args or {}
    user: UUID | None = g.get("about_user") or (given.get("id") if request.path.startswith("/api/v1/users/") else None)
    login = None
    if request.path.startswith("/api/v1/sessions") and user is None and actor is None:
        user, login = _login_in_body()
    if kind in DONE.values() and actor is None:
        actor = user  # the user who has just proven their identity
    names = [str(value) for value in given.values()]
    route = template(request.url_rule) if request.url_rule is not None else "unknown"
    return Noted(kind, address(), login, user or actor, actor, device, " ".join([route, *names]))


def _login_in_body() -> tuple[UUID | None, str | None]:
    """The user of the login in the body; where no user has it, the login itself."""
    try:
        login = body_of(request).get("login")
    except Problem:
        return None, None
    if not isinstance(login, str):
        return None, None
    known = services().access.user_of(login)
    return known, None if known else login
