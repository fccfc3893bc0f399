"""Limits for requests without a token: failures are counted by address, in bounded memory.

Nothing is counted by device, user or code, so nobody is locked out by attempts from elsewhere; a known device that
proves itself is accepted even from an address that has failed too often.
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
from sync.entry import EnrolmentRequest, RefreshRequest
from sync.limits import Buckets, RateLimited

FAILURES_A_MINUTE: Final = 30
FAILURES_AT_ONCE: Final = 60
LOOKS_A_MINUTE: Final = 60
LOOKS_AT_ONCE: Final = 60
_COUNTED: Final = (Kind.UNAUTHENTICATED, Kind.FORBIDDEN)


class TooManyFailures(Problem):
    """Too many attempts from your address have failed; wait before the next one."""

    kind = Kind.RATE_LIMITED
    code = "rate-limited"


class AddressLimits:
    """Rate limits by address, in this process only."""

    def __init__(self, devices: DeviceAccess, pool: ConnectionPool) -> None:
        self.last_readiness = RecentReply()
        self._devices = devices
        self._known = KnownDevices(pool)
        self._failures = Buckets(FAILURES_A_MINUTE, FAILURES_AT_ONCE)
        self._looks = Buckets(LOOKS_A_MINUTE, LOOKS_AT_ONCE)

    @contextmanager
    def enrolling(self, asked: EnrolmentRequest) -> Iterator[None]:
        """Context of exchanging an enrolment code; raises `TooManyFailures` unless a known device proves itself."""
        with self._trying(lambda: self._is_installed(asked)):
            yield

    @contextmanager
    def refreshing(self, asked: RefreshRequest) -> Iterator[None]:
        """Context of refreshing tokens; raises `TooManyFailures` unless a known device proves itself."""
        with self._trying(lambda: self._is_proven(asked)):
            yield

    def may_look(self) -> bool:
        """Whether the address is within its limit for readiness checks; counts this one."""
        with suppress(RateLimited):
            self._looks.take(address())
            return True
        return False

    @contextmanager
    def _trying(self, is_known: Callable[[], bool]) -> Iterator[None]:
        """Count an attempt before it is made, so that concurrent ones are counted too; take it back unless it fails.

        A known device passes whatever the count. A request for another proof is no failure.
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

    def _is_installed(self, asked: EnrolmentRequest) -> bool:
        """Whether the installation has this key and proves it; the cheap lookup is first."""
        key = asked.public_key
        return key is not None and self._known.has_key(asked.install_id, key) and asked.is_proven()

    def _is_proven(self, asked: RefreshRequest) -> bool:
        if asked.device_id is None:
            return self._known.has_token(asked.refresh_token)
        holder = self._devices.keyholder(asked.device_id)
        return holder is not None and asked.proves(holder) and self._known.is_known(holder.device)
