"""State folders for embedded servers of a test's own, removed afterwards with everything they caused."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from store.connecting import open_connection
from store.embedded import EmbeddedPostgres


@contextmanager
def state_folder(inside: Path | None = None, below: str = "") -> Iterator[Path]:
    """A state folder that others may pass through; at the end its server is stopped and all of it removed.

    It is made in `inside` or among the temporary folders; `below` makes its path longer.
    """
    base = Path(tempfile.mkdtemp(prefix="callout-", dir=inside))
    base.chmod(0o711)
    state = base / below
    state.mkdir(parents=True, exist_ok=True)
    try:
        yield state
    finally:
        EmbeddedPostgres(state).stop()
        for pointer in [*base.rglob("postgres.location"), *base.rglob("socket.location")]:
            shutil.rmtree(pointer.read_text().strip())
        shutil.rmtree(base)


def ask(dsn: str, sql: str, params: Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
    """The rows of one statement on a connection of its own."""
    with closing(open_connection(dsn)) as session, session.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []
