"""Sessions: sign-in with one or two factors, list of sessions, new proof of identity, sign-out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Response

from api.access.session_bodies import CHALLENGE, SESSIONS, SIGNED_IN, USER, Proof, Reset, SecondStep, SignIn
from api.http import account
from api.http.authentication import bearer_token, current_author, current_session
from api.http.client import caller, remember
from api.http.encoding import json_response
from api.http.noun import Noun
from api.http.schemas import Body
from api.http.services import services
from domain.kernel.instant import now
from domain.kernel.problem import NotFound
from projections.access import users as view
from store.caller import Caller
from store.proving import WrongPassword
from store.second_factor_check import Given

sessions = Noun("sessions", "Signing in and out.")


@sessions.plain_route("POST", "", SignIn, 201, SIGNED_IN)
def create_session(body: Body) -> Response:
    """Sign in; after some wrong passwords each further attempt from the same address has to wait longer (429).

    A user with a second factor is answered 401 `second-factor-needed` with `pending`, which `second-factor` takes.
    """
    who = caller(body.get("known_device"))
    proven = services().access.proving.prove(body["login"], body["password"], who)
    if services().factors.methods(proven.user):
        raise account.SecondFactorNeeded(**services().factors.ask(proven.user, "sign-in", proven.generation))
    return _signed_in(proven.user, proven.generation, proven.roles, who, None)


@sessions.plain_route("POST", "/second-factor", SecondStep, 201, SIGNED_IN)
def create_session_with_second_factor(body: Body) -> Response:
    """Finish signing in with the second factor, within a few minutes and a few attempts."""
    who, desk = caller(body.get("known_device")), services().factors
    user, challenge, generation = desk.challenges.attempt(body["pending"], "sign-in")
    account.log_user(user)
    known = services().access.proving.is_known_device(user, generation, who)
    factor = desk.accept(user, _factor_in(body), challenge, who, now(), known=known)
    desk.challenges.spend(body["pending"])
    roles = services().access.sessions.roles_of(user)
    if not roles:
        raise WrongPassword
    return _signed_in(user, generation, roles, who, factor)


@sessions.plain_route("POST", "/reset-password", Reset, 204)
def reset_password(body: Body) -> Response:
    """Set another password with a one-time code of an admin; it ends all sessions and begins none."""
    codes, access = services().reset_codes, services().access
    user = codes.find(body["login"], body["code"], caller())
    account.log_user(user)
    account.check_password(user, body["password"])
    changes = (codes.using(user, body["code"]), access.changing_password(user, body["password"]))
    account.record_password_change(user, changes)
    return Response(status=204)


@sessions.plain_route("GET", "/current", None, 200, USER)
def show_current_session() -> Response:
    """The session of this token, and its user."""
    who = current_author()
    return json_response(_user(who.id, who.roles))


@sessions.plain_route("GET", "", None, 200, SESSIONS)
def list_sessions() -> Response:
    """Your sessions."""
    who, this = current_author(), current_session()
    found = services().access.sessions.of(who.id)
    return json_response({"items": [each._asdict() | {"current": each.id == this.id} for each in found]})


@sessions.plain_route("POST", "/current/challenge", None, 200, CHALLENGE)
def create_challenge() -> Response:
    """A challenge that a passkey signs for a new proof of identity."""
    return json_response(services().factors.ask(current_author().id, "prove"))


@sessions.plain_route("POST", "/current/prove", Proof, 204)
def prove(body: Body) -> Response:
    """Prove your identity again by password or second factor; sensitive routes may be used for some minutes then."""
    who, session, desk = current_author(), current_session(), services().factors
    if "password" in body:
        if not services().access.proving.is_password_of(session.id, who.id, body["password"]):
            raise account.WrongProof
        services().access.sessions.prove(session.id)
        return Response(status=204)
    signed = None
    if "passkey" in body:
        owner, signed, _ = desk.challenges.attempt(body.get("pending", ""), "prove")
        if owner != who.id:
            raise account.WrongProof
        desk.challenges.spend(body["pending"])
    here = caller()._replace(address=f"session {session.id}")  # attempts are counted by session, not by address
    try:
        factor = desk.accept(who.id, _factor_in(body), signed, here, now())
    except account.WrongSecondFactor:
        raise account.WrongProof from None
    services().access.sessions.prove(session.id, factor)
    return Response(status=204)


@sessions.plain_route("POST", "/current/end", None, 204)
def end_current_session() -> Response:
    """Sign out; the token is not valid any more."""
    services().access.end(bearer_token())
    return Response(status=204)


@sessions.plain_route("POST", "/end-all", None, 204)
def end_all_sessions() -> Response:
    """Sign out everywhere, here too."""
    services().access.end_all(current_author().id)
    return Response(status=204)


@sessions.plain_route("POST", "/<uuid:id>/end", None, 204)
def end_session(id: UUID) -> Response:
    """Sign out of one of your own sessions."""
    if not services().access.sessions.end_one(current_author().id, id):
        raise NotFound
    return Response(status=204)


def _factor_in(body: Body) -> Given:
    return Given(body.get("code"), body.get("recovery_code"), body.get("passkey"))


def _signed_in(user: UUID, generation: UUID, roles: tuple[str, ...], who: Caller, factor: str | None) -> Response:
    access, desk = services().access, services().factors
    account.log_user(user)
    known = access.proving.known_device(user, generation, who)
    missing = "to-be-set-up" if desk.required_of(roles) else "not-asked"
    reply = {
        "token": access.sessions.begin(user, who, factor, generation=generation),
        "expires_in": _seconds(access.sessions.limits.life),
        "idle_in": _seconds(access.sessions.limits.idle),
        "known_device": known,
        "second_factor": "given" if factor else missing,
        "user": _user(user, roles),
    }
    return remember(json_response(reply, 201), known)


def _seconds(length: timedelta) -> int:
    return int(length.total_seconds())


def _user(id: UUID, roles: tuple[str, ...]) -> dict[str, Any]:
    with services().views.now() as reader:
        row = view.user(reader, id)
    return {"id": id, "name": row["name"] if row else None, "roles": roles}
