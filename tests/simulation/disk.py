"""A device's storage: an SQLite database in memory that outlives its process, can be copied, and can be full."""

from __future__ import annotations

import sqlite3
from typing import Any

WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


class Killed(BaseException):
    """The process was killed at this statement; a `BaseException`, so that the device does not catch it."""


class Connection(sqlite3.Connection):
    """A connection on which each statement may be the last."""

    left: int | None = None
    """Statements until the process is killed."""
    room: int | None = None
    """Writes until the disk is full."""

    def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:
        self._before(sql)
        return super().execute(sql, *args)

    def executemany(self, sql: str, *args: Any) -> sqlite3.Cursor:
        self._before(sql)
        return super().executemany(sql, *args)

    def close(self) -> None:
        """The process ends: an open transaction is rolled back, the storage stays."""
        self.rollback()

    def _before(self, sql: str) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.left = None
                self.rollback()
                raise Killed
        if self.room is not None and sql.lstrip()[:6] in WRITES:
            self.room -= 1
            if self.room < 0:
                self.rollback()
                raise sqlite3.OperationalError("database or disk is full")


class Disk:
    """The storage of a device; the next process finds what was committed."""

    def __init__(self, image: bytes | None = None) -> None:
        self.db = sqlite3.connect(":memory:", isolation_level=None, factory=Connection)
        if image is not None:
            self.db.deserialize(image)

    def connect(self, _: str) -> sqlite3.Connection:
        """The connection for a device; the name of the file is ignored."""
        self.db.rollback()
        return self.db

    def image(self) -> bytes:
        """A copy of all that is stored."""
        return self.db.serialize()

    def kill_after(self, statements: int) -> None:
        """Kill the process after so many more statements."""
        self.db.left = statements

    def survive(self) -> None:
        """Clear planned faults."""
        self.db.left = self.db.room = None

    def rows(self, sql: str) -> list[Any]:
        """Rows of a query from outside the process; none while the tables do not exist."""
        try:
            return sqlite3.Connection.execute(self.db, sql).fetchall()
        except sqlite3.OperationalError as error:
            if "no such table" not in str(error):
                raise
            return []
