"""How much those may try who have not shown who they are: failures are counted by address, in bounded memory.

Nothing is counted by device, user or code, so nobody is kept out by what somebody else tries elsewhere; and from an
address that has failed too often a device that is known and proves it still comes in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from api.http.client import address
from api.http.recent_reply import RecentReply
from domain.kernel.problem import Kind, Problem
from store.device_access import DeviceAccess
from store.known_devices import KnownDevices
from store.pool import ConnectionPool
from sync.entry import EnrolmentAsked, RefreshAsked
from sync.limits import Buckets, RateLimited

FAILURES_A_MINUTE: Final = 30
FAILURES_AT_ONCE: Final = 60
LOOKS_A_MINUTE: Final = 60
LOOKS_AT_ONCE: Final = 60
_COUNTED: Final = (Kind.UNAUTHENTICATED, Kind.FORBIDDEN)


class TooManyFailures(Problem):
    """Too many tries from your address have failed; wait before the next one."""

    kind = Kind.RATE_LIMITED
    code = "rate-limited"


class AddressLimits:
    """Budgets of addresses; of this process alone."""

    def __init__(self, devices: DeviceAccess, pool: ConnectionPool) -> None:
        self.last_readiness = RecentReply()
        self._devices = devices
        self._known = KnownDevices(pool)
        self._failures = Buckets(FAILURES_A_MINUTE, FAILURES_AT_ONCE)
        self._looks = Buckets(LOOKS_A_MINUTE, LOOKS_AT_ONCE)

    @contextmanager
    def enrolling(self, asked: EnrolmentAsked) -> Iterator[None]:
        """While somebody trades in a code; raises `TooManyTries`, unless it is a device that proves itself."""
        with self._trying(lambda: self._is_installed(asked)):
            yield

    @contextmanager
    def refreshing(self, asked: RefreshAsked) -> Iterator[None]:
        """While somebody asks for new tokens; raises `TooManyTries`, unless it is a device that proves itself."""
        with self._trying(lambda: self._is_proven(asked)):
            yield

    def may_look(self) -> bool:
        """Whether the asker's address has looked so seldom that it is told anew how things stand."""
        with suppress(RateLimited):
            self._looks.take(address())
            return True
        return False

    @contextmanager
    def _trying(self, is_known: Callable[[], bool]) -> Iterator[None]:
        """Count a try before it is made, so that many at once are counted too, and forget it unless it fails.

        Whoever is known passes whatever was counted, and what a device is asked to prove once more is no failure.
        """
        origin = address()
        try:
            self._failures.take(origin)
        except RateLimited as full:
            if not is_known():
                raise TooManyFailures(retry_after=full.members["retry_after"]) from None
            yield
            return
        failed = False
        try:
            yield
        except Problem as problem:
            failed = problem.kind in _COUNTED and "challenge" not in problem.members
            raise
        finally:
            if not failed:
                self._failures.give_back(origin)

    def _is_installed(self, asked: EnrolmentAsked) -> bool:
        """The lookup comes first: a signature under a key that nobody knows is not worth checking."""
        key = asked.public_key
        return key is not None and self._known.has_key(asked.install_id, key) and asked.is_proven()

    def _is_proven(self, asked: RefreshAsked) -> bool:
        if asked.device_id is None:
            return self._known.has_token(asked.refresh_token)
        holder = self._devices.keyholder(asked.device_id)
        return holder is not None and asked.proves(holder) and self._known.stands(holder.device)
