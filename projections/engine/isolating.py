"""Finding the one event whose rows the database refuses, so that only it is left out, and only by its view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from projections.engine.failures import RefusedError
from store.errors import Trouble, name_of, trouble_of

MOST_TRIES = 100
"""More than any event needs: one try per view that refuses it, and one per view that is stopped for it."""


class Batch(Protocol):
    """Processes a batch; see `Projector`."""

    def __call__(self, limit: int | None, skipped: Mapping[str, str] | None = None) -> int:
        """The number of events processed up to position `limit`; with `skipped`, only the event at that position."""


def isolate(batch: Batch, stop: Callable[[str, str], None], after: int, through: int) -> int:
    """Halve a batch that the database refuses until one event is left; process that one without the views concerned.

    Returns the number of events processed. `stop` is called with the name of a view, and the reason, when statements of
    the view are refused even though it leaves the event out.
    """
    low, high, done = after, through, 0
    while high - low > 1:
        middle = (low + high) // 2
        try:
            done += batch(middle)
            low = middle
        except RefusedError:
            high = middle
    return done + _alone(batch, stop, high)


def _alone(batch: Batch, stop: Callable[[str, str], None], position: int) -> int:
    skipped: dict[str, str] = {}
    for _ in range(MOST_TRIES):
        try:
            return batch(position, skipped)
        except RefusedError as error:
            if error.view is None:
                raise
            reason = name_of(error)
            if error.view in skipped or (error.__cause__ and trouble_of(error.__cause__) is Trouble.TABLE):
                stop(error.view, reason)
            skipped[error.view] = reason
    return 0
