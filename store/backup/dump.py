"""Writing a backup: every table in one snapshot, then the files of blobs that the snapshot names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Final, NamedTuple, cast
from uuid import UUID

import zstandard
from msgspec import structs

from domain.kernel.instant import format_instant
from domain.kernel.problem import Problem
from store.backup.blobs import Copy, copied, lost
from store.backup.content import Content, sequences, tables
from store.backup.files import written
from store.backup.folder import FolderIsTaken, made
from store.backup.manifest import Manifest, Progress, StoredTable, stored_as, write
from store.blobs.place import Place
from store.blobs.vault import name_of
from store.connecting import Cursor, open_connection
from store.durable import sync_folder
from store.errors import renamed
from store.migrate import known_migrations
from store.provisioning import MASTER_KEY_ID

_LEVEL: Final = 3


class NothingToBackUp(Problem):
    """The database has not been migrated by this program: there is nothing to back up."""


class _Counted:
    """Reports the bytes done of an estimated total."""

    def __init__(self, report: Progress, total: int) -> None:
        self._report, self._total, self._done = report, total, 0

    def add(self, many: int) -> None:
        self._done += many
        self._report(min(self._done, self._total), self._total)


class _CountingWriter(NamedTuple):
    """A file that COPY writes to: it counts the bytes and passes them to a compressor."""

    target: zstandard.ZstdCompressionWriter
    counted: _Counted

    def write(self, some: bytes) -> int:
        """Count and compress some rows."""
        self.counted.add(len(some))
        return self.target.write(some)


def dump(dsn: str, folder: Path, place: Place | None, report: Progress) -> Manifest:
    """Write all stored data as of one moment to a new folder that only its owner may enter.

    `dsn` is of the login that migrates. The database stays in use meanwhile. Without a `place` the files of blobs are
    left out; lost files are named in the manifest as `missing`. Raises `FolderIsTaken`, `FolderNotUsable`,
    `NothingToBackUp`; after an error there is no folder.
    """
    if folder.exists():
        raise FolderIsTaken(f"{folder} is there already; a backup is written to a new folder.")
    with renamed(), _snapshot(dsn) as cursor, made(folder):
        contents, kept = tables(cursor), _kept(cursor) if place is not None else []
        counted = _Counted(report, sum(each.size for each in contents) + sum(size for _, _, _, size in kept))
        manifest = Manifest(
            made_at=format_instant(datetime.now(UTC)),
            program=version("callout"),
            server=str(_one(cursor, "SELECT current_setting('server_version')")),
            database=str(_one(cursor, "SELECT current_database()")),
            epoch=UUID(str(_one(cursor, "SELECT epoch FROM log.head"))),
            position=int(str(_one(cursor, "SELECT position FROM log.head"))),
            migrations=known_migrations(cursor),
            master_keys=_master_keys(cursor),
            tables=[_table(cursor, folder, each, counted) for each in contents],
            sequences=sequences(cursor),
            blobs=None,
        )
        cursor.execute("COMMIT")  # the following statements see the current database
        if place is not None:
            stored, gone = copied(folder, place, kept, counted.add)
            manifest = structs.replace(manifest, blobs=stored, missing=lost(cursor, gone))
        sync_folder(folder)
        write(folder, manifest)
        sync_folder(folder.parent)
    return manifest


@contextmanager
def _snapshot(dsn: str) -> Iterator[Cursor]:
    with (
        closing(open_connection(dsn, search_path="public", statement_timeout=0)) as session,
        session.cursor() as cursor,
    ):
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT to_regclass('public.run_time_grants') IS NOT NULL")
        if cursor.fetchone() != (True,):
            raise NothingToBackUp
        yield cursor


def _one(cursor: Cursor, sql: str) -> object:
    cursor.execute(sql)
    [(value,)] = cursor.fetchall()
    return value


def _master_keys(cursor: Cursor) -> list[str]:
    cursor.execute(
        """
        SELECT convert_from(value, 'UTF8') FROM access.secrets WHERE name = %s
        UNION SELECT master_id FROM keys.person_keys WHERE master_id IS NOT NULL AND wrapped IS NOT NULL
        """,
        (MASTER_KEY_ID,),
    )
    return sorted(id for (id,) in cursor.fetchall())


def _kept(cursor: Cursor) -> list[Copy]:
    cursor.execute("SELECT sha256, person, size FROM blobs.kept WHERE kept_at IS NOT NULL ORDER BY sha256, person")
    return [Copy(name_of(sha256, person), sha256, person, int(size)) for sha256, person, size in cursor.fetchall()]


def _table(cursor: Cursor, folder: Path, content: Content, counted: _Counted) -> StoredTable:
    name = f"{content}.copy.zst"
    columns = ", ".join(f'"{column}"' for column in content.columns)
    with written(folder / name) as sink:
        with zstandard.ZstdCompressor(level=_LEVEL).stream_writer(cast("IO[bytes]", sink), closefd=False) as packed:
            cursor.copy_expert(f"COPY {content} ({columns}) TO STDOUT", _CountingWriter(packed, counted))
            rows = cursor.rowcount
        return StoredTable(content.schema, content.name, content.columns, rows, stored_as(name, sink))
