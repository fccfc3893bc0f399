"""Clocks: the true one, which steps move on, and those of devices, with offset, drift and jumps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

MORNING = datetime(2026, 11, 2, 7, 0, tzinfo=UTC)


class TrueClock:
    """The true time, which is the server's."""

    def __init__(self) -> None:
        self.at = MORNING

    def now(self) -> datetime:
        """The present instant."""
        return self.at

    def advance(self, seconds: float) -> None:
        """Move the time on; nobody waits."""
        self.at += timedelta(seconds=seconds)


class DeviceClock:
    """A device's clock: it may be off, run too fast, and jump."""

    def __init__(self, true: TrueClock, offset: float = 0, drift: float = 0) -> None:
        """`offset` is in seconds, `drift` in seconds a second."""
        self._true, self.offset, self._drift = true, offset, drift

    def now(self) -> datetime:
        """The time by the device's clock."""
        true = self._true.at
        wrong = self.offset + self._drift * (true - MORNING).total_seconds()
        return true + timedelta(seconds=round(wrong, 3))

    def jump(self, seconds: float) -> None:
        """Change the offset by so many seconds."""
        self.offset += seconds
