"""A long history of movements, in our log and in the library's store."""

from __future__ import annotations

from itertools import islice

from benchmarks.library import Library
from benchmarks.rounds import Progress
from benchmarks.samples import BEGIN, locations, movements
from domain.kernel.envelope import Envelope
from store.log import EventLog

_AT_ONCE = 1_000
_AT_ONCE_IN_LIBRARY = 100  # psycopg's pipeline, as the library uses it, waits for ever after some hundred kilobytes


def record(log: EventLog, many: int, progress: Progress) -> None:
    """The places and the first so many movements into our log."""
    begin = log.work()
    begin.add(Envelope(occurred_at=BEGIN), *locations())
    begin.commit()
    made = movements()
    for done in range(0, many, _AT_ONCE):
        progress("recording a history", done, many)
        work = log.work()
        for envelope, movement in islice(made, min(_AT_ONCE, many - done)):
            work.add(envelope, movement)
        work.commit()


def record_in(app: Library, many: int, progress: Progress) -> None:
    """The same into the library's store, with its own mapper."""
    made = movements()
    for done in range(0, many, _AT_ONCE_IN_LIBRARY):
        progress("recording it in the library's store", done, many)
        app.save(*(movement for _, movement in islice(made, min(_AT_ONCE_IN_LIBRARY, many - done))))
