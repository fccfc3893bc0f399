"""The one loop: read events in order, fold them into rows. Live, rebuild, as-of and verify all use it."""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime

import orjson
from eventsourcing.persistence import InterfaceError, OperationalError

from projections.projection import Fold, Projection, Rows
from projections.table import Key, Table
from store.connecting import Cursor
from store.record import RecordReader
from store.recorded import Recorded

BATCH = 1_000
_STRETCH = 5_000
_LONGEST_STRETCH = 100_000
_LOST = (OperationalError, InterfaceError)  # the database is away: that is no fault of the fold


class FoldError(Exception):
    """An event could not be read or folded. Nothing behind it is, until the code has been corrected."""

    def __init__(self, projection: str, position: int) -> None:
        super().__init__(f"the view {projection} stops before position {position}, which it cannot fold")
        self.projection = projection
        self.position = position


def with_needs(projections: Iterable[Projection]) -> tuple[Projection, ...]:
    """These projections and those they need, each behind what it needs, none twice."""
    found: dict[str, Projection] = {}
    for projection in projections:
        for each in (*with_needs(projection.needs), projection):
            found.setdefault(each.name, each)
    return tuple(found.values())


class Replay:
    """Folds events into the rows of some projections and of those that they need."""

    def __init__(self, projections: Iterable[Projection]) -> None:
        self.projections = with_needs(projections)
        self.tables: tuple[Table, ...] = tuple(table for each in self.projections for table in each.tables)
        self._folds: dict[str, list[tuple[Projection, Fold]]] = {}
        for projection in self.projections:
            for topic, fold in projection.folds.items():
                self._folds.setdefault(topic, []).append((projection, fold))
        self.topics = sorted(self._folds)

    def touched(self, events: Iterable[Recorded]) -> Iterator[tuple[Table, Key]]:
        """The rows that folding these events is known to read."""
        for event in events:
            for projection, _ in self._folds[event.topic]:
                yield from projection.touches(event)

    def fold(self, events: Iterable[Recorded], rows: Rows) -> None:
        """Fold events in order into rows; raises `FoldError` at the first that cannot be folded."""
        for event in events:
            for projection, fold in self._folds[event.topic]:
                try:
                    fold(projection, event, rows)
                except _LOST:
                    raise
                except Exception as error:
                    raise FoldError(projection.name, event.position) from error

    def finish(self, rows: Rows, position: int) -> None:
        """Let each projection render what depends on the rows of the whole batch, which ended at `position`."""
        for projection in self.projections:
            try:
                projection.finish(rows)
            except _LOST:
                raise
            except Exception as error:
                raise FoldError(projection.name, position) from error

    def read(self, cursor: Cursor, reader: RecordReader, after: int, through: int) -> list[Recorded]:
        """The events of the topics taken here in (after, through]."""
        return _decoded(reader, self._texts(cursor, after, through, None))

    def stretches(
        self, cursor: Cursor, reader: RecordReader, after: int, through: int, *, as_of: datetime | None = None
    ) -> Generator[tuple[int, list[Recorded]], None, None]:
        """All events in (after, through] that had happened by `as_of`, some thousands at a time; the position reached.

        The server looks for the next ones while these are folded. Both go over one session, so that all is seen
        within its transaction, if there is one.
        """
        with ThreadPoolExecutor(1, "replay") as ahead, cursor.connection.cursor() as other:

            def ask(after: int, length: int) -> tuple[int, Future[list[str]]]:
                reached = min(after + length, through)
                return reached, ahead.submit(self._texts, other, after, reached, as_of)

            length = _STRETCH
            reached, asked = ask(after, length)
            while after < through:
                texts = asked.result()
                after = reached
                length = _next_length(length, len(texts))
                if after < through:
                    reached, asked = ask(after, length)
                yield after, _decoded(reader, texts)

    def _texts(self, cursor: Cursor, after: int, through: int, as_of: datetime | None) -> list[str]:
        """Records have no line breaks, and one text with many of them arrives in half the time of many texts."""
        cursor.execute(
            """
            SELECT string_agg(record, E'\\n' ORDER BY position) FROM log.events
            WHERE position > %s AND position <= %s AND topic = ANY(%s) AND (%s IS NULL OR occurred_at <= %s)
            """,
            (after, through, self.topics, as_of, as_of),
        )
        [(records,)] = cursor.fetchall()
        return records.split("\n") if records else []


def _decoded(reader: RecordReader, texts: list[str]) -> list[Recorded]:
    try:
        return reader.read(texts)
    except _LOST:
        raise
    except Exception:
        for text in texts:
            try:
                reader.read([text])
            except Exception as error:
                raise FoldError("of every topic", orjson.loads(text)["position"]) from error
        raise


def _next_length(length: int, found: int) -> int:
    """Longer stretches where few events are of the topics taken, shorter ones where many are."""
    if found < _STRETCH // 2:
        return min(length * 2, _LONGEST_STRETCH)
    return max(length // 2, _STRETCH) if found > _STRETCH else length


@contextmanager
def no_collecting() -> Iterator[None]:
    """Let Python look for no reference cycles meanwhile: folds make none, and looking costs half of a long replay."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
