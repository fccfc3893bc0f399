"""Files of a backup: readable by their owner only, never overwritten, durable once closed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Final

from store.durable import sync_folder

CHUNK: Final = 1024 * 1024


class Sink:
    """A new file that counts and hashes what is written to it."""

    def __init__(self, descriptor: int, report: Callable[[int], None]) -> None:
        self._file = os.fdopen(descriptor, "wb")
        self._hashed = sha256()
        self._report = report
        self.size = 0

    def write(self, some: bytes) -> int:
        """Append bytes; returns their number."""
        self._hashed.update(some)
        self._file.write(some)
        self.size += len(some)
        self._report(len(some))
        return len(some)

    def hexdigest(self) -> str:
        """The SHA-256 of all that was written."""
        return self._hashed.hexdigest()

    def flush(self) -> None:
        """Does nothing; required by compressors."""
        self._file.flush()

    def close(self, *, durable: bool) -> None:
        """Close it; with `durable` it survives a power failure."""
        with self._file:
            self._file.flush()
            if durable:
                os.fsync(self._file.fileno())


@contextmanager
def written(path: Path, report: Callable[[int], None] = lambda _: None) -> Iterator[Sink]:
    """A new file, durable at the end of the block; raises `FileExistsError` when it exists."""
    sink = Sink(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), report)
    try:
        yield sink
    except BaseException:
        sink.close(durable=False)
        raise
    sink.close(durable=True)


def write_durably(path: Path, content: bytes) -> None:
    """Write a new file, atomically and durably."""
    beside = path.with_name(f"{path.name}.new")
    with written(beside) as sink:
        sink.write(content)
    beside.rename(path)
    sync_folder(path.parent)
