"""Where benchmarks run: a PostgreSQL server with fsync on, and fresh databases on it with all migrations."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from psycopg2.extensions import parse_dsn

from benchmarks.rounds import for_seconds
from store.embedded import EmbeddedPostgres
from store.keyring import Keyring
from store.log import EventLog
from store.migrate import migrate
from store.pool import ConnectionPool
from tests.support.databases import run
from tests.support.servers import ask, state_folder

_SYNC_SECONDS = 0.2


class Place:
    """A server, and facts about the machine on which it runs."""

    def __init__(self, dsn: str, folder: Path) -> None:
        self.dsn = dsn
        self.folder = folder
        self._file = os.open(folder / "fdatasync", os.O_WRONLY | os.O_CREAT, 0o600)

    def sync(self) -> int:
        """Write one page to the disk and wait for it."""
        os.pwrite(self._file, b"x" * 8192, 0)
        os.fdatasync(self._file)
        return 1

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    @contextmanager
    def database(self) -> Iterator[str]:
        """The DSN of a fresh database with all migrations, dropped afterwards."""
        name = f"bench_{uuid4().hex}"
        run(self.dsn, f"CREATE DATABASE {name}")
        dsn = urlsplit(self.dsn)._replace(path=f"/{name}").geturl()
        try:
            migrate(dsn)
            yield dsn
        finally:
            run(self.dsn, f"DROP DATABASE {name} WITH (FORCE)")

    def facts(self) -> dict[str, Any]:
        """The facts on which the figures depend."""
        [(version, fsync, commit)] = ask(
            self.dsn,
            "SELECT current_setting('server_version'), current_setting('fsync'), current_setting('synchronous_commit')",
        )
        return {
            "processors": os.cpu_count(),
            "load": round(os.getloadavg()[0], 2),
            "python": platform.python_version(),
            "postgresql": version,
            "fsync": fsync,
            "synchronous_commit": commit,
            "fdatasync_ms": round(1e3 / for_seconds(_SYNC_SECONDS, self.sync).rate, 3),
        }


@contextmanager
def found_place(elsewhere: str | None) -> Iterator[Place]:
    """The server that a DSN names, or an embedded one of our own for as long as it is needed."""
    with state_folder() as folder, closing(Place(elsewhere or EmbeddedPostgres(folder).start(), folder)) as place:
        yield place


@contextmanager
def log_as(dsn: str, role: str, size: int = 4) -> Iterator[EventLog]:
    """The log, signed in as one of the database's roles."""
    pool = ConnectionPool(dsn, role=role, size=size)
    keeper = ConnectionPool(dsn, role="callout_keykeeper", size=2)
    try:
        yield EventLog(pool, Keyring(keeper, b"k" * 32))
    finally:
        pool.close()
        keeper.close()


def library_environment(dsn: str, *, create: bool) -> dict[str, str]:
    """Variables with which the library's own PostgreSQL module finds the database; `create` lets it make its tables."""
    parts = parse_dsn(dsn)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(parts["dbname"]),
        "POSTGRES_HOST": str(parts.get("host", "")),
        "POSTGRES_PORT": str(parts.get("port", "5432")),
        "POSTGRES_USER": str(parts["user"]),
        "POSTGRES_PASSWORD": str(parts.get("password", "")),
        "POSTGRES_POOL_SIZE": "1",
        "POSTGRES_MAX_OVERFLOW": "4",
        "CREATE_TABLE": "yes" if create else "no",
    }
