"""Authentication by bearer token, of users and devices, and authorization by the policy."""

from __future__ import annotations

from typing import Final, cast

from flask import current_app, g, request
from werkzeug.exceptions import LengthRequired

from api.http.policy import ANYONE, template
from api.http.sensitive import OPEN_WITHOUT_SECOND_FACTOR, SENSITIVE
from api.http.services import services
from commands.running.author import Author
from domain.access.identity import DeviceIdentity
from domain.kernel.problem import Kind, NotAllowed, Problem
from store.sessions import COMMAND_LINE, LiveSession

MOST_OF_STRANGERS: Final = 64 * 1024
"""The largest body, in bytes, on routes that need no token."""


class NotSignedIn(Problem):
    """Sign in first: send `Authorization: Bearer` with a token that has not expired."""

    kind = Kind.UNAUTHENTICATED


class SecondFactorRequired(Problem):
    """A second factor is required of you here: set one up at `/api/v1/me`, then go on."""

    kind = Kind.FORBIDDEN
    code = "second-factor-required"


class ReauthenticationRequired(Problem):
    """Prove your identity again first: send your password or a second factor to `/api/v1/sessions/current/prove`."""

    kind = Kind.FORBIDDEN
    code = "reauthentication-required"


def authorize() -> None:
    """Authorize the current request by the policy, before its body is read; Flask calls this for each request.

    Sets `g.device`, or `g.session` and `g.who`. Raises `NotSignedIn`, `NotAllowed` and the problems of proofs.
    """
    if request.url_rule is None or request.endpoint is None:
        return
    method = "GET" if request.method == "HEAD" else request.method
    allowed = current_app.extensions["callout.policy"][request.endpoint, method]
    if allowed == ANYONE:
        _require_small_body()
        return
    if "device" in allowed:
        g.device = services().devices.who(bearer_token(), revoked_too="revoked device" in allowed)
        return
    session = services().access.sessions.find(bearer_token())
    if session is None:
        raise NotSignedIn
    if session.factor != COMMAND_LINE:
        services().gate.office(session.user)
    role = next((role for role in session.roles if role in allowed), None)
    g.session, g.who = session, Author(session.user, session.roles, role or "")
    if role is None:
        raise NotAllowed(f"This needs one of the roles {', '.join(sorted(allowed))}.")
    _require_proof(session, f"{method} {template(request.url_rule)}")


def _require_small_body() -> None:
    """Limit the body of a request without a token; raises `LengthRequired` for one of unknown length."""
    request.max_content_length = MOST_OF_STRANGERS
    if "Transfer-Encoding" in request.headers:
        raise LengthRequired


def _require_proof(session: LiveSession, route: str) -> None:
    """Raise when the route needs a second factor or a recent proof that the session does not have."""
    desk = services().factors
    if session.factor is None and desk.required_of(session.roles) and route not in OPEN_WITHOUT_SECOND_FACTOR:
        raise SecondFactorRequired
    within = services().settings.reauthenticate * 60
    if route in SENSITIVE and session.factor != COMMAND_LINE and session.proven_ago.total_seconds() > within:
        methods = ["password", *desk.methods(session.user)]
        raise ReauthenticationRequired(prove="/api/v1/sessions/current/prove", methods=methods, within=within)


def bearer_token() -> str:
    """The bearer token of the request; raises `NotSignedIn` when there is none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotSignedIn
    return token.strip()


def current_author() -> Author:
    """The authorized user of the current request."""
    return cast("Author", g.who)


def current_session() -> LiveSession:
    """The session of the current request."""
    return cast("LiveSession", g.session)


def current_device() -> DeviceIdentity:
    """The authorized device of the current request."""
    return cast("DeviceIdentity", g.device)
