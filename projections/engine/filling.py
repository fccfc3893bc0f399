"""Tables filled by replay beside the live ones: for rebuilds, the past and verification."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import datetime

from projections.engine.failures import Failure, Failures
from projections.engine.keys import Place, place_of_row
from projections.engine.memory import MemoryRows
from projections.engine.projection import Projection
from projections.engine.replay import Replay
from projections.engine.stored import write
from projections.engine.table import Table
from store import tables
from store.connecting import Cursor
from store.copying import copy, copy_accepted
from store.errors import Trouble, trouble_of
from store.record import RecordReader

Progress = Callable[[int, int], None]
"""Called with the position reached and the target."""


class Filling:
    """The tables of some projections in another schema, filled from the first event on.

    Rows are held in memory, those of append-only tables only until the next batch; the projections that are needed are
    folded as well and not written. Events that a projection cannot fold and rows that the database refuses are left
    out and noted in `failures`.
    """

    def __init__(self, reader: RecordReader, projections: Iterable[Projection], schema: str) -> None:
        wanted = tuple(projections)
        self._reader = reader
        self._replay = Replay(wanted)
        self._schema = schema
        self._rows = MemoryRows(self._replay.tables)
        self.tables: tuple[Table, ...] = tuple(table for each in wanted for table in each.tables)
        self._names = [each.name for each in wanted]
        self._unwritten = [table for table in self._replay.tables if table not in self.tables]
        self._failures = Failures(self._replay.projections)
        self._refused: dict[Table, set[Place]] = {}
        self.position = 0

    def create(self, cursor: Cursor) -> None:
        """Create the tables, empty and without indexes."""
        for table in self.tables:
            tables.create(cursor, self._schema, table)

    def failures(self) -> list[Failure]:
        """What the projections have left out so far."""
        return self._failures.all(self._names)

    def fill(
        self, cursor: Cursor, through: int, as_of: datetime | None = None, progress: Progress | None = None
    ) -> None:
        """Fold everything up to `through` that had occurred by `as_of`, write all rows and create the indexes."""
        self._fold(cursor, through, as_of, progress)
        self._replay.finish(self._rows, through, self._failures)
        for table in self.tables:
            self._write(cursor, table)
        self._rows.track()

    def advance(self, cursor: Cursor, through: int) -> None:
        """Continue from the position reached; writes only what has changed."""
        self._fold(cursor, through, None, None)
        self._replay.finish(self._rows, through, self._failures)
        for table in self.tables:
            write(cursor, self._schema, table, self._rows, self._refused.get(table, ()))
        self._forget()

    def _write(self, cursor: Cursor, table: Table) -> None:
        """Copy the rows of a table that is empty, or holds the earlier rows of an append-only one, and index it."""
        try:
            copy(cursor, self._schema, table, self._rows.changes(table).added)
            copy(cursor, self._schema, table, self._rows.rows(table))
            tables.add_indexes(cursor, self._schema, table)
        except Exception as error:
            if trouble_of(error) in (Trouble.AWAY, Trouble.TABLE) or table.append_only:
                raise
            self._write_accepted(cursor, table)

    def _write_accepted(self, cursor: Cursor, table: Table) -> None:
        """The same for a table recreated with its indexes, without the rows that it refuses."""
        tables.create(cursor, self._schema, table)
        tables.add_indexes(cursor, self._schema, table)
        view = self._replay.owners[table]
        for row, error in copy_accepted(cursor, self._schema, table, list(self._rows.rows(table))):
            self._refused.setdefault(table, set()).add(place_of_row(table)(row))
            self._failures.add(view, row.get("position", self.position), error)
        tables.analyze(cursor, self._schema, table)

    def _fold(self, cursor: Cursor, through: int, as_of: datetime | None, progress: Progress | None) -> None:
        batches = self._replay.batches(
            cursor, self._reader, self.position, through, as_of=as_of, failures=self._failures
        )
        with closing(batches):
            for reached, events in batches:
                self._replay.fold(events, self._rows, self._failures)
                for table in self.tables:
                    if table.append_only:
                        with self._replay.session:
                            copy(cursor, self._schema, table, self._rows.changes(table).added)
                        self._rows.settle(table)
                self._forget()
                self.position = reached
                if progress is not None:
                    progress(reached, through)

    def _forget(self) -> None:
        for table in self._unwritten:
            self._rows.settle(table)
