"""Authentication: with a login and its password, and again with the password alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple
from uuid import UUID

from domain.kernel.problem import Kind, Problem
from store.caller import LOCAL_CALLER, Caller, device_of, known_device
from store.hashing_queue import Lane, TooManyLogins, lane_of
from store.login_brake import LoginBrake, TooManyAttempts
from store.logins import fold, spellings
from store.passwords import Passwords
from store.pool import ConnectionPool


class WrongPassword(Problem):
    """The login or the password is wrong."""

    kind = Kind.UNAUTHENTICATED
    code = "wrong-login"


class Proven(NamedTuple):
    """A user who has given a login's password: id, roles and origin.

    `generation` is that of the password when it was compared; whatever relies on this proof requires the same one.
    """

    user: UUID
    roles: tuple[str, ...]
    login: str
    caller: Caller
    generation: UUID


class Proving:
    """Compares passwords within limits; `accepted(name)` returns the server's own secrets, newest first."""

    def __init__(self, pool: ConnectionPool, passwords: Passwords, accepted: Callable[[str], Iterable[bytes]]) -> None:
        self._pool = pool
        self._passwords = passwords
        self._accepted = accepted
        self._brake = LoginBrake(pool)

    def prove(self, login: str, password: str, caller: Caller = LOCAL_CALLER) -> Proven:
        """The user with this login and password; raises `WrongPassword`, also for a disabled user.

        Raises `TooManyAttempts` with `retry_after` seconds; an unknown login costs as much time as a known one. A
        device that has signed in with the login before is counted by itself, other callers by login and address, and
        each address over all logins; the known devices of a user together are counted like an address, and without
        attempts left they count as unknown callers. Only failures stay counted, and successes of the known devices
        together: these have a place before unknown callers. Attempts refused by `TooManyLogins` are not counted.
        """
        row = self._pool.fetch_one(
            """
            SELECT user_id, hash, access.roles_of(user_id), generation FROM access.passwords
            WHERE login = ANY(%(spellings)s)
            ORDER BY login = %(first)s DESC
            LIMIT 1
            """,
            {"spellings": spellings(login), "first": spellings(login)[-1]},
        )
        user, hashed, roles, generation = row or (None, self._passwords.dummy_hash, None, None)
        device = self._counted_device(user, generation, caller) if user else None
        if not device and caller.address:
            self._brake.count_address(caller.address)
        origin = device or caller.address
        counted_at = self._brake.count(fold(login), origin)
        lane = lane_of(user) if device and user else Lane(caller.address, known=not caller.address)
        try:
            checked = self._passwords.check(hashed, password, lane)
        except TooManyLogins:
            self._brake.give_back(fold(login), origin, counted_at)
            if place := _devices_of(user) if device and user else caller.address:
                self._brake.release_address(place)
            raise
        if not checked.fits or user is None or not roles:
            raise WrongPassword
        if checked.renewed is not None:
            self._pool.execute(
                "UPDATE access.passwords SET hash = %s WHERE user_id = %s AND hash = %s",
                (checked.renewed, str(user), hashed),
            )
        self._brake.release(fold(login), origin)
        if not device and caller.address:
            self._brake.release_address(caller.address)
        return Proven(user, tuple(roles), fold(login), caller, generation)

    def is_password_of(self, session: UUID, user: UUID, password: str) -> bool:
        """Whether a user who has signed in gives the right password again; attempts are counted by session."""
        counted_at = self._brake.count(f"session {session}")
        row = self._pool.fetch_one("SELECT hash FROM access.passwords WHERE user_id = %s", (str(user),))
        try:
            fits = row is not None and self._passwords.check(row[0], password, lane_of(user)).fits
        except TooManyLogins:
            self._brake.give_back(f"session {session}", "", counted_at)
            raise
        if fits:
            self._brake.release(f"session {session}")
        return fits

    def known_device(self, user: UUID, generation: UUID, caller: Caller = LOCAL_CALLER) -> str:
        """A token by which the device that has just signed in is recognised: its current one if that is up to date."""
        newest = next(iter(self._accepted("known-devices")))
        if caller.known and device_of(newest, user, generation, caller.known) is not None:
            return caller.known
        return known_device(newest, user, generation)

    def is_known_device(self, user: UUID, generation: UUID, caller: Caller) -> bool:
        """Whether this user has signed in from this device before, in this generation of their credentials."""
        return self._device(user, generation, caller) is not None

    def _counted_device(self, user: UUID, generation: UUID, caller: Caller) -> str | None:
        """The known device of this user that sends this; `None` also when too many of its attempts failed lately."""
        device = self._device(user, generation, caller)
        if device is not None:
            try:
                self._brake.count_address(_devices_of(user))
            except TooManyAttempts:
                return None
        return device

    def _device(self, user: UUID, generation: UUID, caller: Caller) -> str | None:
        if not caller.known:
            return None
        found = (device_of(secret, user, generation, caller.known) for secret in self._accepted("known-devices"))
        return next((device for device in found if device is not None), None)


def _devices_of(user: UUID) -> str:
    """A key in place of an address for all known devices of a user, so that invented devices do not evade limits."""
    return f"devices of {user}"
