"""The second step of signing in: the factors of a user, and the check of a given one."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from domain.kernel.problem import Kind, Problem
from store import totp
from store.caller import Caller
from store.challenges import Challenges
from store.keyring import Keyring
from store.login_brake import LoginBrake, TooManyAttempts
from store.passkeys import Passkeys
from store.pool import ConnectionPool
from store.recovery_codes import RecoveryCodes
from store.second_factors import Factor, SecondFactors


class WrongSecondFactor(Problem):
    """The code, recovery code or passkey is not one of this user's, or was used already."""

    kind = Kind.UNAUTHENTICATED
    code = "wrong-second-factor"


class Given(NamedTuple):
    """The second factor that somebody gives: one of these."""

    code: str | None = None
    recovery_code: str | None = None
    passkey: dict[str, Any] | None = None


class FactorCheck:
    """Second factors of users; `mode` is `off`, `offered` or `required`."""

    def __init__(self, pool: ConnectionPool, keyring: Keyring, *, mode: str, origin: str) -> None:
        self.mode = mode
        self.factors = SecondFactors(pool, keyring)
        self.recovery = RecoveryCodes(pool)
        self.passkeys = Passkeys(origin)
        self.challenges = Challenges(pool)
        self._brake = LoginBrake(pool)

    def required_of(self, roles: Collection[str]) -> bool:
        """Whether a user with these roles needs a second factor: every role but technician does."""
        return self.mode == "required" and not set(roles) <= {"technician"}

    def methods(self, user: UUID) -> list[str]:
        """The methods this user can use; none when they have no factors or these are switched off."""
        if self.mode == "off":
            return []
        kinds = sorted({each.kind for each in self.factors.of(user)})
        return [*kinds, "recovery_code"] if kinds and self.recovery.left(user) else kinds

    def ask(self, user: UUID, purpose: str, generation: UUID | None = None) -> dict[str, Any]:
        """A challenge: `pending` names it in the answer; `passkey` are the browser's options, if there is a passkey.

        Raises `SessionEnded` when the user's credentials are not of this `generation` any more.
        """
        made = self.challenges.make(user, purpose, generation)
        asked: dict[str, Any] = {"pending": made.token, "methods": self.methods(user)}
        known = self.factors.secrets(user, "passkey")
        if known and self.passkeys.usable():
            asked["passkey"] = self.passkeys.ask(known, made.challenge)
        return asked

    def accept(
        self, user: UUID, given: Given, challenge: bytes | None, caller: Caller, at: datetime, *, known: bool = True
    ) -> str:
        """The kind of the given factor; raises `WrongSecondFactor`, and `TooManyAttempts` for codes.

        A passkey signs `challenge`; codes can be guessed, so tries with them are counted by user and address and,
        unless it is `known` that the user has signed in from this device before, over all addresses. Known devices are
        counted together, and like others when they have no tries left.
        """
        if given.passkey is not None:
            keys = self.factors.secrets(user, "passkey")
            if challenge is None or self.passkeys.accept(self.factors, keys, given.passkey, challenge) is None:
                raise WrongSecondFactor
            return "passkey"
        together = self._counted(user, known=known)
        self._brake.count(f"factor {user}", caller.address)
        if given.code is not None:
            kind, good = "totp", self._totp(user, given.code, at, confirmed=True) is not None
        else:
            kind, good = "recovery_code", self.recovery.use(user, given.recovery_code or "")
        if not good:
            raise WrongSecondFactor
        self._brake.release(f"factor {user}", caller.address)
        self._brake.release_address(together)
        return kind

    def confirm(self, user: UUID, factor: UUID, code: str, caller: Caller, at: datetime) -> None:
        """Confirm a TOTP by its first code; raises `WrongSecondFactor` and `TooManyAttempts`."""
        self._brake.count(f"factor {user}", caller.address)
        found = self._totp(user, code, at, confirmed=False)
        if found is None or found.id != factor:
            raise WrongSecondFactor
        self._brake.release(f"factor {user}", caller.address)

    def _counted(self, user: UUID, *, known: bool) -> str:
        """Count a try among those of the user's known devices, or of all others; returns which."""
        if known:
            with suppress(TooManyAttempts):
                self._brake.count_address(f"factor devices {user}")
                return f"factor devices {user}"
        self._brake.count_address(f"factor {user}")
        return f"factor {user}"

    def _totp(self, user: UUID, code: str, at: datetime, *, confirmed: bool) -> Factor | None:
        return totp.accept(self.factors, self.factors.secrets(user, "totp", confirmed=confirmed), code, at)
