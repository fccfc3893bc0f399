"""Storage of a device that outlives its process, which may be killed at any statement or find the disk full."""

import sqlite3
from typing import Any

WRITES = ("INSERT", "UPDATE", "DELETE", "COMMIT", "VACUUM")


class Killed(BaseException):
    """The process was killed: nothing after this statement takes effect."""


class FailingStorage(sqlite3.Connection):
    """A connection with so many statements `left` until the process is killed, or `room` for so many writes."""

    left: int | None = None
    room: int | None = None
    takes_back = False  # a full disk may end the whole transaction or only the statement

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.rollback()
                raise Killed
        if self.room is not None and sql.lstrip()[:6] in WRITES:
            self.room -= 1
            if self.room < 0:
                self.room = None
                if self.takes_back:
                    self.rollback()
                raise sqlite3.OperationalError("database or disk is full")
        return super().execute(sql, *values)

    def restart(self) -> None:
        """Begin as a new process: only what was committed is there, and no fault is set."""
        self.rollback()
        self.left = self.room = None


def storage() -> FailingStorage:
    """A new storage in memory."""
    return sqlite3.connect(":memory:", isolation_level=None, factory=FailingStorage, check_same_thread=False)
