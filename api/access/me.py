"""The user's own account: password and second factors."""

from __future__ import annotations

from uuid import UUID, uuid4

from flask import Response

from api.access.me_bodies import CODES, FACTORS, OPTIONS, SEED, Confirmation, Naming, NewPasskey, OwnPassword
from api.http import account
from api.http.authentication import current_author, current_session
from api.http.client import caller, remember
from api.http.encoding import json_response
from api.http.noun import Noun
from api.http.schemas import Body
from api.http.services import services
from domain.kernel.instant import now
from domain.kernel.problem import Refused
from store import totp
from store.challenges import ChallengeNotGood

me = Noun("me", "Your own password and second factors.")


class SecondFactorsAreOff(Refused):
    """Second factors are not used here (CALLOUT_SECOND_FACTOR)."""


@me.plain_route("POST", "/password", OwnPassword, 204)
def change_password(body: Body) -> Response:
    """Change your own password; all your other sessions end.

    Known-device tokens of other devices become invalid; this browser gets a new one as a cookie.
    """
    who, session, access = current_author(), current_session(), services().access
    if not access.proving.is_password_of(session.id, who.id, body["current"]):
        raise account.WrongProof
    account.check_password(who.id, body["password"])
    generation = uuid4()
    changes = (
        # When an admin has set a password since the comparison, this session has ended: that password stays.
        access.sessions.proving(session.id),
        access.changing_password(who.id, body["password"], but=session.id, generation=generation),
    )
    account.record_password_change(who.id, changes, who.role)
    return remember(Response(status=204), access.proving.known_device(who.id, generation))


@me.plain_route("GET", "/second-factors", None, 200, FACTORS)
def list_second_factors() -> Response:
    """Your second factors."""
    who, desk = current_author(), services().factors
    return json_response(
        {
            "mode": desk.mode,
            "required": desk.required_of(who.roles),
            "passkeys": desk.passkeys.usable(),
            "recovery_codes_left": desk.recovery.left(who.id),
            "items": [each._asdict() for each in desk.factors.of(who.id)],
        }
    )


@me.plain_route("POST", "/totp", Naming, 201, SEED)
def create_totp(body: Body) -> Response:
    """Begin to set up an authenticator app; its first code confirms it."""
    who, seed = current_author(), totp.new_seed()
    _must_be_on()
    factor = services().factors.factors.add(who.id, "totp", body["name"], seed)
    login = services().access.login_of(who.id) or str(who.id)
    return json_response({"id": factor, "secret": totp.spelled(seed), "uri": totp.uri(seed, login)}, 201)


@me.plain_route("POST", "/totp/<uuid:id>/confirm", Confirmation, 200, CODES)
def confirm_totp(body: Body, id: UUID) -> Response:
    """Confirm the authenticator app with a code; the first second factor also gives recovery codes."""
    who, desk = current_author(), services().factors
    _must_be_on()
    try:
        desk.confirm(who.id, id, body["code"], caller(), now())
    except account.WrongSecondFactor:
        raise account.WrongProof from None
    return _added(who.id, "totp")


@me.plain_route("POST", "/passkeys/challenge", None, 200, OPTIONS)
def create_passkey_challenge() -> Response:
    """The options with which the browser creates a passkey."""
    who, desk = current_author(), services().factors
    _must_be_on()
    made = desk.challenges.make(who.id, "passkey")
    known = desk.factors.secrets(who.id, "passkey")
    login = services().access.login_of(who.id) or str(who.id)
    return json_response(
        {"pending": made.token, "passkey": desk.passkeys.ask_for_new(who.id, login, known, made.challenge)}
    )


@me.plain_route("POST", "/passkeys", NewPasskey, 201, CODES)
def create_passkey(body: Body) -> Response:
    """Register the passkey; the first second factor also gives recovery codes."""
    who, desk = current_author(), services().factors
    _must_be_on()
    owner, challenge, _ = desk.challenges.attempt(body["pending"], "passkey")
    if owner != who.id:
        raise ChallengeNotGood
    desk.challenges.spend(body["pending"])
    made = desk.passkeys.register(body["passkey"], challenge)
    desk.factors.add(who.id, "passkey", body["name"], made.public_key, credential=made.credential, count=made.counter)
    return _added(who.id, "passkey", 201)


@me.plain_route("POST", "/second-factors/<uuid:id>/remove", None, 204)
def remove_second_factor(id: UUID) -> Response:
    """Remove a second factor; the last one cannot be removed where one is required."""
    who, desk = current_author(), services().factors
    desk.factors.remove(who.id, id, keep_one=desk.required_of(who.roles))
    return Response(status=204)


@me.plain_route("POST", "/recovery-codes", None, 201, CODES)
def create_recovery_codes() -> Response:
    """New recovery codes; the old ones become invalid."""
    who, desk = current_author(), services().factors
    if not desk.factors.of(who.id):
        raise SecondFactorsAreOff("There is no second factor yet that they could replace.")
    return json_response({"recovery_codes": desk.recovery.renew(who.id)}, 201)


def _must_be_on() -> None:
    if services().factors.mode == "off":
        raise SecondFactorsAreOff


def _added(user: UUID, kind: str, status: int = 200) -> Response:
    desk = services().factors
    services().access.sessions.prove(current_session().id, kind)
    codes = [] if desk.recovery.left(user) else desk.recovery.renew(user)
    return json_response({"recovery_codes": codes}, status)
