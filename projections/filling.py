"""Tables filled by replay beside the live ones: for a rebuild, for the past, for verification."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import datetime

from projections.memory import MemoryRows
from projections.projection import Projection
from projections.replay import Replay
from projections.stored import write
from projections.table import Table
from store import tables
from store.connecting import Cursor
from store.copying import copy
from store.record import RecordReader

Progress = Callable[[int, int], None]
"""Told the position reached and the one aimed at."""


class Filling:
    """The tables of some projections in another schema, filled from the first event on.

    Rows live in memory, those of append-only tables only until the next thousands; what the projections need is
    folded with them and not written.
    """

    def __init__(self, reader: RecordReader, projections: Iterable[Projection], schema: str) -> None:
        wanted = tuple(projections)
        self._reader = reader
        self._replay = Replay(wanted)
        self._schema = schema
        self._rows = MemoryRows(self._replay.tables)
        self.tables: tuple[Table, ...] = tuple(table for each in wanted for table in each.tables)
        self._unwritten = [table for table in self._replay.tables if table not in self.tables]
        self.position = 0

    def create(self, cursor: Cursor) -> None:
        """Make the tables, empty and without indexes."""
        for table in self.tables:
            tables.create(cursor, self._schema, table)

    def fill(
        self, cursor: Cursor, through: int, as_of: datetime | None = None, progress: Progress | None = None
    ) -> None:
        """Fold everything up to `through` that had happened by `as_of`, write all rows and make the indexes."""
        self._fold(cursor, through, as_of, progress)
        self._replay.finish(self._rows, through)
        for table in self.tables:
            copy(cursor, self._schema, table, self._rows.changes(table).added)
            copy(cursor, self._schema, table, self._rows.rows(table))
        self._rows.track()
        for table in self.tables:
            tables.add_indexes(cursor, self._schema, table)

    def advance(self, cursor: Cursor, through: int) -> None:
        """Go on from the position reached; only what has changed is written."""
        self._fold(cursor, through, None, None)
        self._replay.finish(self._rows, through)
        for table in self.tables:
            write(cursor, self._schema, table, self._rows)
        self._forget()

    def _fold(self, cursor: Cursor, through: int, as_of: datetime | None, progress: Progress | None) -> None:
        with closing(self._replay.stretches(cursor, self._reader, self.position, through, as_of=as_of)) as stretches:
            for reached, events in stretches:
                self._replay.fold(events, self._rows)
                for table in self.tables:
                    if table.append_only:
                        copy(cursor, self._schema, table, self._rows.changes(table).added)
                        self._rows.settle(table)
                self._forget()
                self.position = reached
                if progress is not None:
                    progress(reached, through)

    def _forget(self) -> None:
        for table in self._unwritten:
            self._rows.settle(table)
