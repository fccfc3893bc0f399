"""Events whose statements exceed their time, told from an overload that passes: left out by their view alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

from projections.engine.failures import RefusedError, TimedOutError
from store.errors import name_of

TRIES: Final = 3
"""So often an event is tried alone before the view whose statement exceeds its time each time leaves it out."""
_PART: Final = 8
"""A batch that took too long is tried again with so many times fewer events."""


class SlowEvents:
    """Remembers what took too long, from one try to the next; between them whoever folds makes a pause."""

    def __init__(self) -> None:
        self.suspected: int | None = None
        self._tries: Counter[str] = Counter()

    def narrow(self, after: int, through: int) -> int:
        """A batch in (after, through] took too long: how many events the next one may have, 1 at last.

        A batch of one event makes that one `suspected`: it is to be processed by `process` from now on.
        """
        if through - after == 1:
            self.suspected = through
        return max(1, (through - after) // _PART)

    def process(self, batch: Callable[[int, Mapping[str, str]], int], position: int) -> int:
        """Process the suspected event alone; how many events that were.

        Raises `TimedOutError` when it takes too long again, until that was so `TRIES` times for a view: then it is
        processed without this view. Each try begins with all views, so that an overload that has passed costs none.
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
