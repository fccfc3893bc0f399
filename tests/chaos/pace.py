"""The pace of a run: operations are spread over the kills, so that all kills happen under load."""

from __future__ import annotations

from threading import Condition
from time import monotonic


class Pace:
    """Counts acknowledged operations; of `total`, the part up to the next kill may be made before it."""

    def __init__(self, total: int, kills: int, seconds: float) -> None:
        self.total = total
        self.kills = kills
        self.begun = 0
        self.acknowledged = 0
        self._asked_at = self._acknowledged_at = 0.0
        self.deadline = monotonic() + seconds
        self.over = False
        self._made = 0
        self._changed = Condition()

    def take(self, wanted: int) -> int:
        """How many operations may be made now, at most `wanted`; waits while the next kill is due. 0 is the end."""
        with self._changed:
            while True:
                left = self.total - self._made
                allowed = min(wanted, left, self._limit(self.begun) - self._made)
                if self.over or left <= 0:
                    return 0
                if allowed > 0:
                    self._made += allowed
                    return allowed
                self._changed.wait(0.2)

    def count(self, new: int, asked_at: float) -> None:
        """So many operations were acknowledged just now, by the answer to a push that left at `asked_at`."""
        if new:
            with self._changed:
                self.acknowledged += new
                if asked_at > self._asked_at:
                    self._asked_at, self._acknowledged_at = asked_at, monotonic()
                self._changed.notify_all()

    def wait_for(self, share: float) -> bool:
        """Wait until this share of the operations before the next kill is acknowledged; False if the run is over."""
        with self._changed:
            before = self._limit(self.begun - 1) if self.begun else 0
            goal = before + share * (self._limit(self.begun) - before)
            return self._changed.wait_for(lambda: self.over or self.acknowledged >= goal) and not self.over

    def kill_begins(self) -> None:
        """Count a kill; the operations up to the next one may be made."""
        with self._changed:
            self.begun += 1
            self._changed.notify_all()

    def wait_for_answer(self, asked_after: float, seconds: float) -> float | None:
        """Wait until a push sent after this moment has acknowledged something new; when it did, or None."""
        with self._changed:
            came = self._changed.wait_for(lambda: self.over or self._asked_at > asked_after, seconds)
            return self._acknowledged_at if came and not self.over else None

    def rest(self, seconds: float) -> None:
        """Sleep for so long, or until the run is over."""
        with self._changed:
            self._changed.wait_for(lambda: self.over, seconds)

    def end(self) -> None:
        """End the run; nobody waits any more."""
        with self._changed:
            self.over = True
            self._changed.notify_all()

    def is_late(self) -> bool:
        """Whether the load has taken longer than it may."""
        return monotonic() > self.deadline

    def _limit(self, begun: int) -> int:
        return self.total if begun >= self.kills else round(self.total * (begun + 1) / (self.kills + 1))
