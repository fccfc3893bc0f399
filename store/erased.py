"""The list of erased people, kept apart from the database, so that no backup restores a destroyed key."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Final
from uuid import UUID

from eventsourcing.persistence import OperationalError

from domain.kernel.instant import format_instant
from store.file_ownership import give_away

_LINE: Final = re.compile(rb"^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?: \S+)?$", re.MULTILINE)


class ErasedListError(OperationalError):
    """The list of erased people cannot be read or written now, so no key is destroyed."""


class ErasedList:
    """A file with one line per id and the instant of its entry; it has no other data.

    Several processes may append to it. Entries are never removed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = Lock()
        self._known: set[UUID] = set()
        self._seen: tuple[int, int] | None = None

    def ids(self) -> set[UUID]:
        """The ids on the list; none while there is no file. Raises `ErasedListError`."""
        try:
            with self._lock:
                return set(self._read())
        except OSError as error:
            raise ErasedListError(f"the list of erased people {self.path} cannot be read: {error.strerror}") from error

    def add(self, persons: Iterable[UUID]) -> None:
        """Append these ids; durable on return. Raises `ErasedListError`."""
        wanted = set(persons)
        try:
            with self._lock:
                fresh = sorted(wanted - self._read(), key=str)
                if fresh:
                    self._append(fresh)
        except OSError as error:
            raise ErasedListError(
                f"the list of erased people {self.path} cannot be written: {error.strerror}"
            ) from error

    def _read(self) -> set[UUID]:
        """The known ids, read again when the file has changed."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return self._known
        seen = (found.st_ino, found.st_size)
        if seen != self._seen:
            self._known = {UUID(line.decode()) for line in _LINE.findall(self.path.read_bytes())}
            self._seen = seen
        return self._known

    def _append(self, persons: Collection[UUID]) -> None:
        self.path.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
        self._make()
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            size = os.fstat(descriptor).st_size
            cut_off = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"  # by a crash, in the middle of a line
            moment = format_instant(datetime.now(UTC))
            lines = ("\n" if cut_off else "") + "".join(f"{person} {moment}\n" for person in persons)
            if os.write(descriptor, lines.encode()) != len(lines):
                raise OSError(None, "the disk is full")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _make(self) -> None:
        """Create the file, durable and for its owner only, unless it exists."""
        try:
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return
        folder = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            give_away(descriptor, folder)
            os.fsync(folder)
        finally:
            os.close(folder)
            os.close(descriptor)
