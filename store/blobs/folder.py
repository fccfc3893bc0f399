"""Blobs in a folder: complete files only, each durable before it gets its name."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO, Final

from store.blobs.place import FileGoneError, PlaceError, PlaceNotUsable
from store.durable import sync_folder
from store.file_ownership import give_away

_INCOMING: Final = "incoming"
_LEFT_BEHIND_SECONDS: Final = 24 * 60 * 60


class FolderPlace:
    """Files in subfolders by the first two digits of their names; only the owner may read them."""

    def __init__(self, root: Path) -> None:
        """Creates nothing yet; raises `PlaceNotUsable` when the folder could not be created or written to."""
        self._root = root
        self._incoming = root / _INCOMING
        there = next(folder for folder in (self._incoming, *self._incoming.parents) if folder.exists())
        if not there.is_dir():
            raise PlaceNotUsable(f"Blobs cannot be kept in the folder {root}: {there} is a file.")
        if not os.access(there, os.W_OK | os.X_OK):
            raise PlaceNotUsable(f"Blobs cannot be kept in the folder {root}: {there} may not be written to.")

    @contextmanager
    def writing(self, name: str) -> Iterator[BinaryIO]:
        """See `Place`."""
        beside, path = self._incoming / f"{name}.{token_hex(8)}", self._path(name)
        with _errors_translated():
            _make(self._incoming)
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            _give_away(descriptor, self._incoming)
        try:
            with _errors_translated(), os.fdopen(descriptor, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            with _errors_translated():
                _make(path.parent)
                beside.rename(path)
                sync_folder(path.parent)
        except BaseException:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
            raise

    @contextmanager
    def reading(self, name: str) -> Iterator[BinaryIO]:
        """See `Place`."""
        with _errors_translated(), self._path(name).open("rb") as file:
            yield file

    def remove(self, name: str) -> None:
        """See `Place`."""
        path = self._path(name)
        with _errors_translated(), suppress(FileNotFoundError):
            path.unlink()
            sync_folder(path.parent)

    def tidy(self) -> None:
        """See `Place`."""
        long_ago = time.time() - _LEFT_BEHIND_SECONDS
        with _errors_translated():
            for path in self._incoming.iterdir() if self._incoming.exists() else ():
                with suppress(FileNotFoundError):
                    if path.stat().st_mtime < long_ago:
                        path.unlink()

    def _path(self, name: str) -> Path:
        return self._root / name[:2] / name


def _make(folder: Path) -> None:
    """Create a folder and its parents durably."""
    if not folder.exists():
        _make(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        made = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            _give_away(made, folder.parent)
        finally:
            os.close(made)
        sync_folder(folder.parent)


def _give_away(descriptor: int, folder: Path) -> None:
    parent = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        give_away(descriptor, parent)
    finally:
        os.close(parent)


@contextmanager
def _errors_translated() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise FileGoneError(f"a file for a blob is not there ({error.strerror})") from error
    except OSError as error:
        raise PlaceError(f"a file for a blob cannot be used now ({error.strerror})") from error
