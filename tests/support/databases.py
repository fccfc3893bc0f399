"""Real PostgreSQL databases for tests: one server a run, one template with all migrations, one clone a test."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg2

from store.connecting import open_connection
from store.embedded import EmbeddedPostgres
from store.migrate import migrate
from store.roles import roles_of

_FOLDER = "CALLOUT_TEST_FOLDER"  # of the run, so that its xdist workers share one server


class Cluster:
    """The server of this test run; `dsn` leads to a database from which others are made."""

    def __init__(self) -> None:
        self.folder = Path(os.environ[_FOLDER])
        self._template = self.folder.name.replace("-", "_")
        elsewhere = os.environ.get("CALLOUT_TEST_DATABASE_URL")
        self.dsn = elsewhere or EmbeddedPostgres(self.folder, fsync=False).start()

    def dsn_of(self, database: str) -> str:
        """The same server and user, another database."""
        return urlsplit(self.dsn)._replace(path=f"/{database}").geturl()

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """The DSN of a fresh database, dropped afterwards whoever is still connected to it."""
        name = f"test_{uuid4().hex}"
        run(self.dsn, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY wal_log")
        try:
            yield self.dsn_of(name)
        finally:
            run(self.dsn, f"DROP DATABASE {name} WITH (FORCE)")
            with suppress(psycopg2.errors.DependentObjectsStillExist):  # a copy of it is still there
                run(self.dsn, f"DROP ROLE IF EXISTS {', '.join(roles_of(name, b'').names.values())}")

    def template(self) -> str:
        """The name of a database with all migrations, made by the first process that asks for it."""
        done = self.folder / "template"
        with (self.folder / "template.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                run(self.dsn, f"DROP DATABASE IF EXISTS {self._template}", f"CREATE DATABASE {self._template}")
                migrate(self.dsn_of(self._template))
                done.touch()
        return self._template

    def drop_template(self) -> None:
        run(self.dsn, f"DROP DATABASE IF EXISTS {self._template} WITH (FORCE)")


def run(dsn: str, *statements: str) -> None:
    """Run statements one after the other, each a transaction of its own."""
    with closing(open_connection(dsn)) as session, session.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def begin_run() -> None:
    """Make the run's folder, which the server's own user may pass through, and choose the binaries."""
    folder = Path(tempfile.mkdtemp(prefix="callout-tests-", dir=_in_memory()))
    folder.chmod(0o711)
    os.environ[_FOLDER] = str(folder)
    if "CALLOUT_TEST_POSTGRES_BIN" in os.environ:
        os.environ["CALLOUT_POSTGRES_BIN"] = os.environ["CALLOUT_TEST_POSTGRES_BIN"]


def _in_memory() -> str | None:
    """A folder in memory, if there is one with room that lets programs run: a run makes hundreds of databases."""
    if not os.access("/dev/shm", os.W_OK | os.X_OK):  # noqa: S108 - mkdtemp makes a folder of its own in it
        return None
    there = os.statvfs("/dev/shm")  # noqa: S108
    room = there.f_bavail * there.f_frsize
    return "/dev/shm" if room > 4 * 2**30 and not there.f_flag & os.ST_NOEXEC else None  # noqa: S108


def end_run() -> None:
    """Leave nothing behind: no server of ours, no database on somebody else's."""
    folder = Path(os.environ[_FOLDER])
    if "CALLOUT_TEST_DATABASE_URL" in os.environ:
        Cluster().drop_template()
    else:
        EmbeddedPostgres(folder, fsync=False).stop()
    shutil.rmtree(folder)
