"""The files of blobs in a backup: those copied, and those that are lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from store.backup.files import CHUNK, written
from store.backup.manifest import StoredBlob, stored_as
from store.blobs.place import FileGoneError, Place
from store.connecting import Cursor
from store.durable import sync_folder


class Copy(NamedTuple):
    """The sealed copy of a blob (its SHA-256 in hex) for one person: its name at the place, its size in bytes."""

    name: str
    sha256: str
    person: UUID
    size: int


def copied(
    folder: Path, place: Place, kept: Sequence[Copy], report: Callable[[int], None]
) -> tuple[list[StoredBlob], list[Copy]]:
    """Copy the files to the folder `blobs`; returns the copied ones and those that were not found at their place."""
    stored, gone = [], []
    (folder / "blobs").mkdir(mode=0o700)
    for copy in kept:
        path = f"blobs/{copy.name}"
        try:
            with place.reading(copy.name) as source, written(folder / path, report) as sink:
                while some := source.read(CHUNK):
                    sink.write(some)
        except FileGoneError:
            gone.append(copy)
            continue
        stored.append(StoredBlob(copy.name, copy.person, stored_as(path, sink)))
    sync_folder(folder / "blobs")
    return stored, gone


def lost(cursor: Cursor, gone: Sequence[Copy]) -> list[str]:
    """The names of those that were not removed since: the database still has them, and their person has a key."""
    cursor.execute(
        """
        SELECT k.sha256, k.person FROM blobs.kept k JOIN keys.person_keys p USING (person)
        WHERE k.person = ANY(%s::uuid[]) AND k.kept_at IS NOT NULL AND p.wrapped IS NOT NULL
        """,
        ([str(copy.person) for copy in gone],),
    )
    known = set(cursor.fetchall())
    return [copy.name for copy in gone if (copy.sha256, copy.person) in known]
