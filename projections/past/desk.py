"""The desk that requests ask about the past: it limits processes and waiting requests, and uses no other resources."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from threading import Condition
from time import monotonic
from typing import Final

from projections.engine.projection import Projection
from projections.engine.reader import Reader
from projections.engine.views import Views
from projections.past.answering import Question
from projections.past.place import FarReader, PastBusy, PastProcess, Place
from projections.work.equipment import ERASED

BUSY_SECONDS: Final = 5
_LOOK_SECONDS: Final = 0.1  # between two checks for folds that are ready while no request waits for them
_NOW = """
SELECT (SELECT position FROM log.head), erased, erased <= coalesce(
    (SELECT position FROM log.tracking WHERE name = 'erasure'), 0)
FROM (SELECT coalesce(max(position), 0) AS erased FROM log.events WHERE topic = ANY(%(erased)s)) last
"""


class PastDesk:
    """Answers questions about the past in `places` processes, each of which keeps its last fold for further pages.

    At most `line` requests wait for a place, each for at most `patience` seconds, and again for the fold.
    Thread-safe.
    """

    def __init__(
        self,
        views: Views,
        start: Callable[[], PastProcess],
        *,
        places: int = 1,
        line: int = 8,
        patience: float = 10.0,
        seconds: float = 300.0,
    ) -> None:
        """`start` starts a process; `seconds` is the time limit of a fold."""
        self._views = views
        self._places = [Place(start, seconds) for _ in range(places)]
        self._line = line
        self._patience = patience
        self._waiting = 0
        self._changed = Condition()

    @contextmanager
    def at(
        self, projections: Sequence[Projection], known_at: int | None = None, as_of: datetime | None = None
    ) -> Iterator[Reader]:
        """A reader of these views, folded from the events up to position `known_at` that had occurred by `as_of`.

        `None` is no limit. Raises `PastBusy`, `StillFolding`, `QuestionTooLong` or `QuestionTooLarge`.
        """
        if not projections:  # a question about the log itself needs no fold
            with self._views.at(projections, known_at=known_at, as_of=as_of) as reader:
                yield reader
            return
        question = self._question(projections, known_at, as_of)
        place = self._take(question)
        try:
            place.fold(question, self._patience)
            yield FarReader(place, question.known_at)
        finally:
            with self._changed:
                place.taken, place.used_at = False, monotonic()
                self._changed.notify_all()

    def close(self) -> None:
        """End all processes."""
        for place in self._places:
            place.drop()

    def _question(self, projections: Sequence[Projection], known_at: int | None, as_of: datetime | None) -> Question:
        [(head, erased, done)] = self._views.ask(_NOW, {"erased": list(ERASED)})
        known = head if known_at is None else min(head, known_at)
        return Question(tuple(each.name for each in projections), known, as_of, (erased, done))

    def _take(self, question: Question) -> Place:
        deadline = monotonic() + self._patience
        with self._changed:
            place = self._place_for(question)
            if place is None and self._waiting >= self._line:
                raise PastBusy(retry_after=BUSY_SECONDS)
            self._waiting += 1
            try:
                while place is None:
                    if monotonic() >= deadline:
                        raise PastBusy(retry_after=BUSY_SECONDS)
                    self._changed.wait(_LOOK_SECONDS)
                    place = self._place_for(question)
            finally:
                self._waiting -= 1
            place.taken, place.asked = True, question
        return place

    def _place_for(self, question: Question) -> Place | None:
        """The place that has folded this question, or the free one used longest ago; None while none is free."""
        for place in self._places:
            if place.asked == question:
                return None if place.taken else place
        free = [place for place in self._places if place.is_free()]
        return min(free, key=lambda place: place.used_at, default=None)
