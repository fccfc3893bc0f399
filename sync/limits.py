"""Rate limits of devices, users and addresses: a token bucket for each."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from threading import Lock
from time import monotonic
from typing import Final

from domain.kernel.problem import Kind, Problem

MOST_BUCKETS: Final = 10_000


class RateLimited(Problem):
    """This device sends too many requests; wait before the next one."""

    kind = Kind.RATE_LIMITED


class Buckets:
    """Token buckets: one of `burst` tokens for each caller, refilled at `rate` a minute; rate 0 is no limit.

    Each process counts on its own: a server of several processes allows that many times as much.
    """

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = monotonic) -> None:
        """`clock` returns seconds."""
        self._each = 60 / rate if rate else 0.0
        self._burst = burst
        self._clock = clock
        self._lock = Lock()
        self._full_at: dict[Hashable, float] = {}

    def take(self, who: Hashable) -> None:
        """Take a token; raises `RateLimited` with `retry_after` in seconds when there is none."""
        if not self._each:
            return
        with self._lock:
            now = self._clock()
            full_at = max(self._full_at.get(who, now), now)
            over = full_at + self._each - now - self._burst * self._each
            if over > 1e-9:  # noqa: PLR2004 - less is a rounding error
                raise RateLimited(retry_after=math.ceil(over))
            self._full_at[who] = full_at + self._each
            if len(self._full_at) > MOST_BUCKETS:
                self._forget(now)

    def give_back(self, who: Hashable) -> None:
        """Put back a token that was taken for a request that is not counted."""
        with self._lock:
            if who in self._full_at:
                self._full_at[who] -= self._each

    def _forget(self, now: float) -> None:
        """Forget the buckets that are full again, or the fullest tenth when all are in use."""
        kept = {who: full_at for who, full_at in self._full_at.items() if full_at > now}
        if len(kept) > MOST_BUCKETS * 9 // 10:
            emptiest = sorted(kept.items(), key=lambda one: one[1], reverse=True)
            kept = dict(emptiest[: MOST_BUCKETS * 9 // 10])
        self._full_at = kept
