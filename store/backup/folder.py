"""The folder of a backup: a new one, which is removed again when the backup fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree

from domain.kernel.problem import Problem


class FolderIsTaken(Problem):
    """A backup is written to a folder that is not there yet."""


class FolderNotUsable(Problem):
    """The folder of a backup cannot be made."""


@contextmanager
def made(folder: Path) -> Iterator[None]:
    """Create the folder, for its owner only; it is removed with its content when the block fails.

    Raises `FolderIsTaken` and `FolderNotUsable`.
    """
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        raise FolderIsTaken(f"{folder} is there already; a backup is written to a new folder.") from None
    except OSError as error:
        raise FolderNotUsable(f"{folder} cannot be made: {error.strerror}.") from error
    try:
        yield
    except BaseException:
        rmtree(folder, ignore_errors=True)
        raise
