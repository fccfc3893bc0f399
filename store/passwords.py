"""Passwords: hashed with argon2id, two at a time, and as slowly for nobody as for somebody."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain.problem import Kind, Problem

PATIENCE_SECONDS: Final = 10.0
_HASHING: Final = BoundedSemaphore(2)  # each takes 64 MiB and a core


class TooManyLogins(Problem):
    """Too many people are signing in at this moment; try again in a few seconds."""

    kind = Kind.UNAVAILABLE
    code = "overloaded"


class Passwords:
    """Hashes passwords and compares them."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()

    def hash(self, password: str) -> str:
        """The hash to store, with its own salt and costs."""
        with _one_of_two():
            return self._hasher.hash(password)

    def fits(self, hashed: str, password: str) -> bool:
        """Whether this is the password that was hashed."""
        with _one_of_two():
            try:
                return self._hasher.verify(hashed, password)
            except (VerificationError, InvalidHashError):
                return False

    @cached_property
    def nobodys(self) -> str:
        """The hash of a password that nobody knows, for logins that do not exist."""
        return self.hash(secrets.token_urlsafe(32))


@contextmanager
def _one_of_two() -> Iterator[None]:
    if not _HASHING.acquire(timeout=PATIENCE_SECONDS):
        raise TooManyLogins
    try:
        yield
    finally:
        _HASHING.release()
