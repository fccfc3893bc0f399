"""The last reply of a route that many clients request, for as long as it is fresh."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any, Final

FRESH_SECONDS: Final = 2.0


class RecentReply:
    """Keeps one reply, in this process only."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """`clock` gives seconds."""
        self._clock = clock
        self._last: tuple[float, tuple[dict[str, Any], int]] | None = None

    def keep(self, body: dict[str, Any], status: int) -> None:
        """Keep the body and status of a reply that was made now."""
        self._last = self._clock(), (body, status)

    def last(self) -> tuple[dict[str, Any], int] | None:
        """Body and status of the last reply, None when it is older than `FRESH_SECONDS`."""
        last = self._last
        return last[1] if last is not None and self._clock() - last[0] <= FRESH_SECONDS else None
