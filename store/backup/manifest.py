"""The manifest of a backup: the instant it is from, and every file in it with its checksum."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Final
from uuid import UUID

import msgspec

from domain.kernel.problem import Problem
from store.backup.files import CHUNK, Sink, write_durably

FORMAT: Final = 1
FILE: Final = "manifest.json"
Progress = Callable[[int, int], None]
"""Called with the number of bytes done and the total."""


class BackupNotUsable(Problem):
    """The folder does not hold a whole backup that this program can read."""


class StoredFile(msgspec.Struct, frozen=True):
    """A file in the folder by its path from there, with its size in bytes and the SHA-256 of its bytes in hex."""

    path: str
    bytes: int
    sha256: str


class StoredTable(msgspec.Struct, frozen=True):
    """The rows of a table, in the text format of COPY, compressed with Zstandard."""

    schema: str
    name: str
    columns: list[str]
    rows: int
    file: StoredFile


class StoredBlob(msgspec.Struct, frozen=True):
    """The sealed bytes of one copy of a blob, by its name at the place; `person` is the one whose key seals it."""

    name: str
    person: UUID
    file: StoredFile


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The description of a backup. `tables` are in the order in which they can be restored; `made_at` is UTC.

    `master_keys` are the ids of those that wrap keys in it. `blobs` is null where they were left out. `missing` names
    blobs that were not found at their place, though nobody had removed them.
    """

    format: int = FORMAT
    made_at: str
    program: str
    server: str
    database: str
    epoch: UUID
    position: int
    migrations: dict[str, str]
    master_keys: list[str]
    tables: list[StoredTable]
    sequences: dict[str, int]
    blobs: list[StoredBlob] | None
    missing: list[str] = []

    def files(self) -> list[StoredFile]:
        """Every file beside the manifest."""
        return [each.file for each in (*self.tables, *(self.blobs or ()))]


def stored_as(path: str, sink: Sink) -> StoredFile:
    """The manifest's entry of a file whose bytes were written to `sink`."""
    return StoredFile(path, sink.size, sink.hexdigest())


def write(folder: Path, manifest: Manifest) -> None:
    """Write the manifest, the last file of a backup: without it the folder holds none."""
    write_durably(folder / FILE, msgspec.json.format(msgspec.json.encode(manifest), indent=1))


def read(folder: Path) -> Manifest:
    """The manifest of a folder; raises `BackupNotUsable`."""
    try:
        manifest = msgspec.json.decode((folder / FILE).read_bytes(), type=Manifest)
    except FileNotFoundError:
        raise BackupNotUsable(f"There is no whole backup in {folder}: {FILE} is not there.") from None
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise BackupNotUsable(f"{folder / FILE} cannot be read.") from None
    if manifest.format != FORMAT:
        raise BackupNotUsable(f"This backup has the format {manifest.format}; this program reads {FORMAT}.")
    return manifest


def check(folder: Path, manifest: Manifest, report: Progress) -> None:
    """Compare every file with its checksum; raises `BackupNotUsable` with the first that differs."""
    total, done = sum(file.bytes for file in manifest.files()), 0
    for file in manifest.files():
        path, hashed, size = folder / file.path, sha256(), 0
        if not path.resolve().is_relative_to(folder.resolve()):
            raise BackupNotUsable(f"{file.path} lies outside of the backup.")
        try:
            with path.open("rb") as stored:
                while some := stored.read(CHUNK):
                    hashed.update(some)
                    size += len(some)
        except FileNotFoundError:
            raise BackupNotUsable(f"{file.path} is missing in the backup.") from None
        if (size, hashed.hexdigest()) != (file.bytes, file.sha256):
            raise BackupNotUsable(f"{file.path} is not what was written: its checksum differs.")
        done += size
        report(done, total)
