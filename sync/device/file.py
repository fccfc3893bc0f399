"""The device's SQLite file: its schema, named values, transactions, and erasing all of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from .errors import DeviceError, stored
from .json_text import to_json
from .world import Connect

SCHEMA_VERSION = 1
SCHEMA = (
    "CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    """CREATE TABLE IF NOT EXISTS operations (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, seq INTEGER UNIQUE,
        operation TEXT NOT NULL, acknowledged REAL, status TEXT, position INTEGER NOT NULL DEFAULT 0, result TEXT)""",
    "CREATE INDEX IF NOT EXISTS unsent ON operations (seq) WHERE acknowledged IS NULL",
    """CREATE TABLE IF NOT EXISTS documents (type TEXT NOT NULL, id TEXT NOT NULL, position INTEGER NOT NULL,
        hash TEXT, body TEXT NOT NULL, gone TEXT, generation INTEGER NOT NULL, PRIMARY KEY (type, id))""",
    "ALTER TABLE documents ADD COLUMN shared INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX gone ON documents (type, id) WHERE gone IS NOT NULL",
    """CREATE TABLE blobs (sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL, attached REAL NOT NULL, done REAL,
        failures INTEGER NOT NULL DEFAULT 0, next_try REAL NOT NULL DEFAULT 0)""",
    """CREATE TABLE pieces (sha256 TEXT NOT NULL, start INTEGER NOT NULL, bytes BLOB NOT NULL,
        PRIMARY KEY (sha256, start))""",
)
# A few rows at a time, so that a device can be erased on a full disk.
ERASE = (
    "DELETE FROM pieces WHERE rowid IN (SELECT rowid FROM pieces LIMIT 8)",
    "DELETE FROM documents WHERE rowid IN (SELECT rowid FROM documents LIMIT 500)",
    "DELETE FROM operations WHERE rowid IN (SELECT rowid FROM operations LIMIT 500)",
    "DELETE FROM blobs WHERE rowid IN (SELECT rowid FROM blobs LIMIT 500)",
)


class File:
    """The SQLite file: named values in JSON, and transactions that are on disk as a whole or not at all."""

    def __init__(self, path: str, connect: Connect) -> None:
        self.path, self.db = path, connect(path)
        self.db.row_factory = sqlite3.Row
        with stored():
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
                self.db.execute(f"PRAGMA {pragma}")
            if self._version() < SCHEMA_VERSION:
                self._make()

    def _version(self) -> int:
        version: int = self.db.execute("PRAGMA user_version").fetchone()[0]
        return version

    def _make(self) -> None:
        """Create the tables, or upgrade those of an older version."""
        with self.transaction():
            if self._version() < SCHEMA_VERSION:  # no other process was faster
                for statement in SCHEMA:
                    self.db.execute(statement)
                self.db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
                if self.get("cursor"):  # older bodies were not stored as canonical JSON
                    self.set(cursor=None, generation=self.get("generation", 0) + 1)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Context of a transaction: all of it is on disk at the end, or nothing."""
        with stored():
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.db.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    if self.db.in_transaction:  # a full disk may have ended it already
                        self.db.execute("ROLLBACK")
                raise

    def get(self, name: str, default: Any = None) -> Any:
        """A named value."""
        row = self.db.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
        return default if row is None else json.loads(row[0])

    def set(self, **values: Any) -> None:
        """Store named values, all or none of them."""
        if not self.db.in_transaction:
            with self.transaction():
                return self.set(**values)
        for name, value in values.items():
            self.db.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (name, to_json(value)))
        return None

    def erase(self, keep: Sequence[str] = ()) -> None:
        """Remove everything but the named values, from free pages and journal too; it may be repeated after a kill."""
        for statement in ERASE:
            while self._erase_some(statement):
                pass
        with self.transaction():
            self.db.execute(f"DELETE FROM state WHERE name NOT IN ({','.join('?' * len(keep))})", keep)  # noqa: S608
        with stored():
            self.db.execute("VACUUM")
        if self._empty_journal():
            raise DeviceError("Another program has this device's file open, so that it cannot be erased: close it.")
        with suppress(OSError):
            Path(f"{self.path}.renewing").unlink()

    def _erase_some(self, statement: str) -> int:
        with self.transaction():
            erased = self.db.execute(statement).rowcount
        self._empty_journal()
        return erased

    def _empty_journal(self) -> bool:
        """Move the journal into the file and truncate it; returns whether another program prevented that."""
        with stored():
            return bool(self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])
