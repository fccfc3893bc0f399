"""The rules of hashing passwords: two at a time, and only the right one fits."""

from __future__ import annotations

from threading import Event, Semaphore, Thread

import pytest
from argon2 import PasswordHasher

from store.passwords import Passwords, TooManyLogins

PASSWORD = "correct horse battery staple"


def test_only_the_password_that_was_hashed_fits() -> None:
    passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    hashed = passwords.hash(PASSWORD)

    assert passwords.fits(hashed, PASSWORD)
    assert not passwords.fits(hashed, PASSWORD + " ")
    assert not passwords.fits(passwords.dummy_hash, PASSWORD)
    assert not passwords.fits("no hash at all", PASSWORD)
    assert hashed != passwords.hash(PASSWORD)


def test_two_passwords_are_hashed_at_a_time_and_the_rest_is_told_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.passwords.PATIENCE_SECONDS", 0.05)
    hasher = _SlowHasher()
    passwords = Passwords(hasher)
    two = [Thread(target=passwords.hash, args=(PASSWORD,)) for _ in range(2)]
    for each in two:
        each.start()
        assert hasher.begun.acquire(timeout=5)

    with pytest.raises(TooManyLogins):
        passwords.hash(PASSWORD)

    hasher.go_on.set()
    for each in two:
        each.join()
    assert passwords.hash(PASSWORD)


class _SlowHasher(PasswordHasher):
    """Hashes when it is told to."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.begun = Semaphore(0)
        self.go_on = Event()

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        self.begun.release()
        assert self.go_on.wait(5)
        return super().hash(password, salt=salt)
