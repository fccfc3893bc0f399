"""Passwords: normalised, hashed with argon2id, two at a time, and as slowly for unknown users as for known ones."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import cached_property
from typing import Final, NamedTuple, TypeVar
from unicodedata import category, normalize

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from store.hashing_queue import OFFICE, HashingQueue, Lane, TooManyLogins

__all__ = ["Checked", "Passwords", "TooManyLogins", "prepared"]

T = TypeVar("T")
PATIENCE_SECONDS: Final = 10.0
_QUEUE: Final = HashingQueue()


class Checked(NamedTuple):
    """Whether a password is right, and a hash to replace the stored one if that is out of date."""

    fits: bool
    renewed: str | None = None


def prepared(password: str) -> str:
    """The form of a password that is hashed, whatever keyboard it was typed on: RFC 8265's OpaqueString."""
    return normalize("NFC", "".join(" " if category(letter) == "Zs" else letter for letter in password))


class Passwords:
    """Hashes passwords and compares them."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()

    def hash(self, password: str, lane: Lane = OFFICE) -> str:
        """The hash to store, with its own salt and costs; raises `TooManyLogins`."""
        return self._slowly(lambda: self._hasher.hash(prepared(password)), lane)

    def fits(self, hashed: str, password: str) -> bool:
        """Whether this is the password that was hashed."""
        return self.check(hashed, password).fits

    def check(self, hashed: str, password: str, lane: Lane = OFFICE) -> Checked:
        """Compare, also with hashes of the password as typed; raises `TooManyLogins`.

        For an unknown user every form is hashed as well, so that the time reveals nothing.
        """
        ours = prepared(password)
        forms = dict.fromkeys((ours, password, normalize("NFD", ours)))

        def compare() -> Checked:
            for form in forms:
                if self._verifies(hashed, form):
                    stale = form != ours or self._hasher.check_needs_rehash(hashed)
                    return Checked(fits=True, renewed=self._hasher.hash(ours) if stale else None)
            return Checked(fits=False)

        return self._slowly(compare, lane)

    @cached_property
    def dummy_hash(self) -> str:
        """The hash of an unknown password, for logins that do not exist."""
        return self._hasher.hash(secrets.token_urlsafe(32))

    def _verifies(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False

    @staticmethod
    def _slowly(work: Callable[[], T], lane: Lane) -> T:
        with _QUEUE.place(lane, PATIENCE_SECONDS):
            return work()
