"""Counts how often each line occurs, on disk, since a file may be larger than memory."""

from __future__ import annotations

import sqlite3
from hashlib import blake2b
from types import TracebackType
from typing import Self

_CACHE_KIB = 16_384


class Counts:
    """Counts texts in a temporary file that is deleted when this is closed."""

    def __init__(self) -> None:
        self._file = sqlite3.connect("", isolation_level=None)  # SQLite's way to ask for a temporary file
        self._file.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self._file.execute("PRAGMA journal_mode = OFF")
        self._file.execute("PRAGMA synchronous = OFF")
        self._file.execute("CREATE TABLE seen (hash BLOB PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID")
        self._file.execute("BEGIN")

    def count(self, text: bytes) -> int:
        """How often this text has been counted, this time included."""
        known = blake2b(text, digest_size=16).digest()
        [(number,)] = self._file.execute(
            "INSERT INTO seen VALUES (?, 1) ON CONFLICT (hash) DO UPDATE SET number = number + 1 RETURNING number",
            (known,),
        ).fetchall()
        return int(number)

    def close(self) -> None:
        """Delete the counts."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
