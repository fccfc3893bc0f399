"""The embedded PostgreSQL of one state folder: started once, and shared by all processes."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg2

from store.connecting import open_connection
from store.embedded.account import ROOT
from store.embedded.binaries import binaries_for
from store.embedded.place import PORT, Place, find_place, make_place
from store.embedded.postmaster import OWNER, Postmaster, postmasters
from store.errors import EmbeddedPostgresError
from store.file_lock import try_lock

DATABASE = "callout"


@dataclass(frozen=True)
class ServerStatus:
    """The state of the server without starting it; `dsn` and `version` only when it answers."""

    running: bool
    data: Path | None = None
    pid: int | None = None
    dsn: str | None = None
    version: str | None = None


class EmbeddedPostgres:
    """One server per state folder, whichever process starts it; it outlives its starter until `stop`.

    `fsync=False` is faster and risks every committed row; for tests.
    """

    def __init__(self, state: Path, *, fsync: bool = True) -> None:
        self.state = state.resolve()
        self.fsync = fsync
        self.started = False

    def start(self, timeout: float = 120.0) -> str:
        """Start the server, or join the running one; returns the DSN of its database, whose owner is `callout`.

        Sets `started` when this call has started it. Raises EmbeddedPostgresError after `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        with self._alone(deadline):
            place = find_place(self.state) or make_place(self.state)
            binaries = binaries_for(place)
            server = Postmaster(place, place.data(binaries.major))
            socket_folder = place.socket_folder()
            for other in postmasters(place):
                if other.data != server.data and other.pid() is not None:
                    raise EmbeddedPostgresError(f"a server of {other.data} runs (process {other.pid()}); stop it first")
            if not server.data.exists():
                server.make(binaries, fsync=self.fsync)
            server.admit()
            while server.pid() is not None and not _version(_dsn(place, socket_folder, "postgres")):
                if time.monotonic() > deadline:
                    raise EmbeddedPostgresError(f"PostgreSQL (process {server.pid()}) runs but does not answer")
                time.sleep(0.05)
            if server.pid() is None:
                self.started = True
                server.start(binaries, socket_folder, fsync=self.fsync, deadline=deadline)
            _ensure_database(_dsn(place, socket_folder, "postgres"))
            return _dsn(place, socket_folder, DATABASE)

    def stop(self, timeout: float = 30.0) -> None:
        """Stop the server, also one started by another process; does nothing when none runs."""
        if not self.state.is_dir():
            return
        with self._alone(time.monotonic() + timeout):
            for server in postmasters(find_place(self.state)):
                server.stop(timeout)
            self.started = False

    def status(self) -> ServerStatus:
        """Whether a server runs for this state folder, and whether it answers."""
        for server in postmasters(find_place(self.state)):
            pid = server.pid()
            if pid is not None:
                dsn = _dsn(server.place, server.place.socket_folder(), DATABASE)
                version = _version(dsn)
                return ServerStatus(
                    running=True, data=server.data, pid=pid, dsn=dsn if version else None, version=version
                )
        return ServerStatus(running=False)

    @contextmanager
    def _alone(self, deadline: float) -> Iterator[None]:
        """Hold the state folder's lock, so that starters and stoppers take turns."""
        try:
            self.state.mkdir(mode=0o711, parents=True, exist_ok=True)
            file = os.open(self.state / "postgres.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise EmbeddedPostgresError(f"{error.filename}: {error.strerror}") from error
        try:
            if os.geteuid() == ROOT:
                owner = self.state.stat()
                os.fchown(file, owner.st_uid, owner.st_gid)
            while not try_lock(file):
                if time.monotonic() > deadline:
                    raise EmbeddedPostgresError(f"another process is starting or stopping the server of {self.state}")
                time.sleep(0.05)
            yield
        finally:
            os.close(file)


def _dsn(place: Place, socket_folder: Path, database: str) -> str:
    # requirepeer: another process that listens at that path is not our server.
    host, peer = quote(str(socket_folder), safe=""), quote(place.account.name)
    return f"postgresql://{OWNER}@/{database}?host={host}&port={PORT}&requirepeer={peer}"


def _version(dsn: str) -> str | None:
    """The server's version when it answers, else None."""
    try:
        with closing(open_connection(dsn, connect_timeout=5)) as session, session.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version')")
            return str((cursor.fetchone() or ("",))[0])
    except psycopg2.Error:
        return None


def _ensure_database(dsn: str) -> None:
    try:
        with closing(open_connection(dsn)) as session, session.cursor() as cursor:
            cursor.execute("SELECT FROM pg_database WHERE datname = %s", (DATABASE,))
            if not cursor.rowcount:
                cursor.execute(f"CREATE DATABASE {DATABASE}")
    except psycopg2.Error as error:
        raise EmbeddedPostgresError(f"PostgreSQL runs but cannot be used: {str(error).strip()}") from error
