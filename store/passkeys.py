"""Passkeys (WebAuthn): the options for a browser, and the verification of its answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, options_to_json_dict
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from domain.kernel.problem import Problem, Refused
from store.second_factors import Factor, SecondFactors

_NAME: Final = "callout"
_LONGEST_ID: Final = 1023
T = TypeVar("T")


class PasskeysNotSetUp(Refused):
    """Passkeys need the address of these pages: ask the operator of the server to set CALLOUT_ORIGIN."""


class PasskeyNotGood(Problem):
    """The answer is not one of this passkey to this challenge."""


class Registered(NamedTuple):
    """The stored data of a new passkey."""

    credential: bytes
    public_key: bytes
    counter: int


class Passkeys:
    """Options and verification for one origin, which is configured and never read from a request."""

    def __init__(self, origin: str) -> None:
        self._origin = origin.rstrip("/")
        self._site = urlsplit(origin).hostname or ""

    def usable(self) -> bool:
        """Whether an origin is set."""
        return bool(self._site)

    def ask_for_new(self, user: UUID, login: str, known: list[Factor], challenge: bytes) -> dict[str, Any]:
        """The options of `navigator.credentials.create`; raises `PasskeysNotSetUp`."""
        self._must_be_usable()
        options = generate_registration_options(
            rp_id=self._site,
            rp_name=_NAME,
            user_id=user.bytes,
            user_name=login,
            challenge=challenge,
            exclude_credentials=_described(known),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
            ),
        )
        return options_to_json_dict(options)

    def register(self, answer: dict[str, Any], challenge: bytes) -> Registered:
        """The passkey in a browser's answer; raises `PasskeyNotGood`."""
        self._must_be_usable()
        found = _verified(
            verify_registration_response,
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=self._site,
            expected_origin=self._origin,
        )
        if found is None:
            raise PasskeyNotGood
        if not 0 < len(found.credential_id) <= _LONGEST_ID:
            raise PasskeyNotGood
        return Registered(found.credential_id, found.credential_public_key, found.sign_count)

    def ask(self, known: list[Factor], challenge: bytes) -> dict[str, Any]:
        """The options of `navigator.credentials.get`."""
        options = generate_authentication_options(
            rp_id=self._site, challenge=challenge, allow_credentials=_described(known)
        )
        return options_to_json_dict(options)

    def accept(
        self, factors: SecondFactors, known: list[Factor], answer: dict[str, Any], challenge: bytes
    ) -> Factor | None:
        """The passkey that answered; None when it is no good answer, or its counter has gone back (a copy)."""
        named = _verified(base64url_to_bytes, answer.get("id"))
        factor = next((each for each in known if named is not None and each.credential == named), None)
        if factor is None or not self.usable():
            return None
        found = _verified(
            verify_authentication_response,
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=self._site,
            expected_origin=self._origin,
            credential_public_key=factor.secret,
            credential_current_sign_count=factor.last_used or 0,
        )
        if found is None:
            return None
        return factor if factors.used(factor.id, found.new_sign_count, may_repeat=not found.new_sign_count) else None

    def _must_be_usable(self) -> None:
        if not self.usable():
            raise PasskeysNotSetUp


def _verified(check: Callable[..., T], *args: Any, **more: Any) -> T | None:
    """The library's result of verifying bytes from a browser; None when it raises.

    Besides its own errors it lets through any others of the code below it (for unknown keys, curves and formats): all
    of them are about these bytes.
    """
    try:
        return check(*args, **more)
    except Exception:  # noqa: BLE001 - see above
        return None


def _described(known: list[Factor]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=each.credential) for each in known if each.credential]
