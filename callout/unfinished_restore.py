"""The mark in a home during a restore, so that no server starts with a part of the data."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from domain.kernel.problem import Kind, Problem
from store.durable import sync_folder
from store.pool import ConnectionPool

FILE: Final = "restoring"


class RestoreUnfinished(Problem):
    """A restore into this home was interrupted: run `callout restore` again."""

    kind = Kind.CONFLICT


def begin(home: Path, folder: Path) -> None:
    """Mark the home, durably: the backup in `folder` is being restored into an empty database."""
    home.mkdir(mode=0o711, parents=True, exist_ok=True)
    (home / FILE).write_text(f"{folder.resolve()}\n")
    sync_folder(home)


def end(home: Path) -> None:
    """Remove the mark: the database is complete, and the next start finishes the rest."""
    (home / FILE).unlink(missing_ok=True)


def require_finished(home: Path, pool: ConnectionPool) -> None:
    """Raise `RestoreUnfinished` for a marked home whose database is still empty; one that is filled loses the mark.

    The rows of a backup are written in one transaction, so a database with events has them all.
    """
    path = home / FILE
    if not path.exists():
        return
    if pool.fetch_one("SELECT 1 FROM log.events LIMIT 1") is None:
        folder = path.read_text().strip()
        raise RestoreUnfinished(
            f"A restore of {folder} was cut off, and the database is empty: run `callout restore {folder}` again"
            f" (or remove {path} to start without the backup)."
        )
    end(home)
