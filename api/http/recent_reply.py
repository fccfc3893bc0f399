"""The last answer to a question that many may ask, and how old it may be."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any, Final

YOUNG_SECONDS: Final = 2.0


class RecentReply:
    """Remembers one reply; of this process alone."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """`clock` gives seconds."""
        self._clock = clock
        self._last: tuple[float, tuple[dict[str, Any], int]] | None = None

    def keep(self, told: dict[str, Any], status: int) -> None:
        """What was answered just now."""
        self._last = self._clock(), (told, status)

    def last(self) -> tuple[dict[str, Any], int] | None:
        """Body and status of the last reply, None when it is older than `YOUNG_SECONDS`."""
        last = self._last
        return last[1] if last is not None and self._clock() - last[0] <= YOUNG_SECONDS else None
