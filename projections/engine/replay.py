"""The loop that reads events in order and folds them into rows, used by live views, rebuild, as-of and verify."""

from __future__ import annotations

import gc
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from decimal import localcontext
from threading import Lock

import orjson

from domain.kernel.quantity import EXACT
from domain.recording.recorded import Recorded
from projections.engine.failures import Failures, FoldError, RefusedError
from projections.engine.projection import Fold, Projection, Rows
from projections.engine.table import Key, Table
from store.connecting import Cursor
from store.errors import Trouble, name_of, trouble_of
from store.record import RecordReader

BATCH = 1_000
_STRETCH = 5_000
_LONGEST_STRETCH = 100_000


def with_needs(projections: Iterable[Projection]) -> tuple[Projection, ...]:
    """These projections and those they need, each after what it needs, without repetition."""
    found: dict[str, Projection] = {}
    for projection in projections:
        for each in (*with_needs(projection.needs), projection):
            found.setdefault(each.name, each)
    return tuple(found.values())


class Replay:
    """Folds events into the rows of some projections and of those they need."""

    def __init__(self, projections: Iterable[Projection]) -> None:
        self.projections = with_needs(projections)
        self.tables: tuple[Table, ...] = tuple(table for each in self.projections for table in each.tables)
        self.owners = {table: each.name for each in self.projections for table in each.tables}
        self._folds: dict[str, list[tuple[Projection, Fold]]] = {}
        for projection in self.projections:
            for topic, fold in projection.folds.items():
                self._folds.setdefault(topic, []).append((projection, fold))
        self.topics = sorted(self._folds)
        self.session = Lock()

    def touched(self, events: Iterable[Recorded]) -> Iterator[tuple[Table, Key]]:
        """The rows that folding these events is known to read; a projection whose `touches` fails is skipped."""
        for event in events:
            for projection, _ in self._folds[event.topic]:
                try:
                    yield from projection.touches(event)
                except Exception:  # noqa: BLE001, S112 - only a hint: the fold fails as well, and that is noted
                    continue

    def fold(self, events: Iterable[Recorded], rows: Rows, failures: Failures | None = None) -> None:
        """Fold events in order into rows.

        An event that a view cannot fold is left out for that view and noted in `failures`; without these, raises
        `FoldError`. Raises `RefusedError` when a statement has ended the transaction.
        """
        with localcontext(EXACT):
            for event in events:
                for projection, fold in self._folds[event.topic]:
                    if failures is None:
                        self._strictly(projection, event.position, lambda: fold(projection, event, rows))  # noqa: B023
                    elif projection.name in failures.skipped:
                        failures.add(projection.name, event.position, failures.skipped[projection.name])
                    else:
                        rows.mark()
                        try:
                            fold(projection, event, rows)
                        except Exception as error:  # noqa: BLE001 - any error is noted, and the other views continue
                            rows.undo()
                            failures.take(projection.name, event.position, error)

    def finish(self, rows: Rows, position: int, failures: Failures | None = None) -> None:
        """Let each projection render what depends on the rows of the whole batch, which ended at `position`.

        Errors as in `fold`. A projection that cannot render anything raises `RefusedError` where the batch splits.
        """
        with localcontext(EXACT):
            for projection in self.projections:
                if failures is None:
                    self._strictly(projection, position, lambda: projection.finish(rows))  # noqa: B023
                else:
                    rows.mark()
                    try:
                        projection.finish(rows)
                    except Exception as error:
                        rows.undo()
                        if failures.splits and trouble_of(error) is Trouble.CODE:
                            raise RefusedError(projection.name) from error
                        failures.take(projection.name, position, error)
                for failed_at, reason in rows.take_unrendered():
                    if failures is None:
                        raise FoldError(projection.name, failed_at) from reason
                    failures.add(projection.name, failed_at, name_of(reason))

    @staticmethod
    def _strictly(projection: Projection, position: int, do: Callable[[], None]) -> None:
        try:
            do()
        except Exception as error:
            if trouble_of(error) is Trouble.AWAY:
                raise
            raise FoldError(projection.name, position) from error

    def read(
        self, cursor: Cursor, reader: RecordReader, after: int, through: int, failures: Failures | None = None
    ) -> list[Recorded]:
        """The events of these topics in (after, through]; one that cannot be read is a failure of all that fold it."""
        return self._decoded(reader, self._texts(cursor, after, through, None), failures)

    def batches(
        self,
        cursor: Cursor,
        reader: RecordReader,
        after: int,
        through: int,
        *,
        as_of: datetime | None = None,
        failures: Failures | None = None,
    ) -> Generator[tuple[int, list[Recorded]], None, None]:
        """All events in (after, through] that had occurred by `as_of`, in batches, each with the position reached.

        The server reads the next batch while this one is folded, both in one session and its transaction. Whoever sends
        a COPY on it meanwhile holds the lock `session`: another statement would end the COPY.
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
                yield after, self._decoded(reader, texts, failures)

    def _decoded(self, reader: RecordReader, texts: list[str], failures: Failures | None) -> list[Recorded]:
        try:
            return reader.read(texts)
        except Exception as error:
            if trouble_of(error) is not Trouble.CODE:
                raise
        read = []
        for text in texts:
            try:
                read += reader.read([text])
            except Exception as error:
                if trouble_of(error) is not Trouble.CODE:
                    raise
                record = orjson.loads(text)
                if failures is None:
                    raise FoldError("of every topic", record["position"]) from error
                for projection, _ in self._folds[record["topic"]]:
                    failures.add(projection.name, record["position"], name_of(error))
        return read

    def _texts(self, cursor: Cursor, after: int, through: int, as_of: datetime | None) -> list[str]:
        """Records have no line breaks, and one text with many of them arrives twice as fast as many texts."""
        sql = """
            SELECT string_agg(record, E'\\n' ORDER BY position) FROM log.events
            WHERE position > %s AND position <= %s AND topic = ANY(%s) AND (%s IS NULL OR occurred_at <= %s)
            """
        with self.session:
            cursor.execute(sql, (after, through, self.topics, as_of, as_of))
        [(records,)] = cursor.fetchall()
        return records.split("\n") if records else []


def _next_length(length: int, found: int) -> int:
    """Longer stretches where few events have the topics, shorter ones where many have."""
    if found < _STRETCH // 2:
        return min(length * 2, _LONGEST_STRETCH)
    return max(length // 2, _STRETCH) if found > _STRETCH else length


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Switch garbage collection off: folds create no reference cycles, and it takes half the time of a long replay."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
