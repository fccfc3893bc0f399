"""Events whose statements exceed their time limit, as opposed to a temporary overload: left out by their view only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

from projections.engine.failures import RefusedError, TimedOutError
from store.errors import name_of

TRIES: Final = 3
"""The number of tries of an event alone, all with a statement over the limit, before its view leaves it out."""
_PART: Final = 8
"""A batch that took too long is tried again with this fraction of its events."""


class SlowEvents:
    """Remembers what exceeded the time limit, from one try to the next; the caller pauses in between."""

    def __init__(self) -> None:
        self.suspected: int | None = None
        self._tries: Counter[str] = Counter()

    def narrow(self, after: int, through: int) -> int:
        """A batch in (after, through] took too long: returns the number of events of the next one, at least 1.

        The event of a batch of one becomes the `suspected` one, to be processed by `process` from now on.
        """
        if through - after == 1:
            self.suspected = through
        return max(1, (through - after) // _PART)

    def process(self, batch: Callable[[int, Mapping[str, str]], int], position: int) -> int:
        """Process the suspected event alone; returns the number of events processed.

        Raises `TimedOutError` when it takes too long again, up to `TRIES` times for a view: then it is processed
        without this view. Each try begins with all views, so that a temporary overload has no lasting effect.
        """
        skipped: dict[str, str] = {}
        while True:
            try:
                many = batch(position, skipped)
            except (TimedOutError, RefusedError) as error:
                view = error.view
                if view is None or view in skipped:
                    raise
                if isinstance(error, TimedOutError):
                    self._tries[view] += 1
                    if self._tries[view] < TRIES:
                        raise
                skipped[view] = name_of(error)
            else:
                self.suspected = None
                self._tries.clear()
                return many
