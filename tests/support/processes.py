"""Waiting for processes that a test starts."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from typing import TypeVar

from store.embedded import EmbeddedPostgres

T = TypeVar("T")


def eventually(question: Callable[[], T | None], seconds: float = 20) -> T:
    """Call `question` until its result is true; that result. Fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.02)
    return answer


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be collected does not."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except OSError:
        return False


@contextmanager
def state_folder() -> Iterator[Path]:
    """A state folder that the embedded server's own user may pass through; nothing is left of it."""
    folder = Path(tempfile.mkdtemp(prefix="callout-tests-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        EmbeddedPostgres(folder).stop()
        rmtree(folder)
