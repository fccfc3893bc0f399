"""The real server: the whole Flask application on a PostgreSQL of its own, under a clock that the test sets."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from api.app import WsgiApplication, create_app
from api.http.services import Services
from callout.services import services_of
from projections.catalogue import PROJECTIONS
from projections.engine.projector import Projector
from projections.engine.rebuild import rebuild
from projections.engine.views import Views
from store.access import Access
from store.blobs.folder import FolderPlace
from store.keyring import Keyring
from store.log import EventLog
from store.pool import ConnectionPool
from sync.device import Reply
from tests.api.conftest import Settings
from tests.simulation.real_clock import SIMULATED_PATH, RealClock
from tests.simulation.server import SECRET
from tests.support.databases import Cluster, run

MASTER_KEY = b"the master key is thirty-two byt"
ROLES = ("callout_writer", "callout_projector", "callout_reader", "callout_keykeeper")


WAITS_FOR_NOTHING = Settings(patience=0.0, pool=20, threads=80)


class SteppedViews(Views):
    """Views that move only when the trace moves them, and for which no request waits."""

    may_catch_up: Callable[[], None]

    def wait_until(self, position: int, seconds: float, names: Collection[str] = ()) -> bool:
        """Whether the documents have this position; a push that would wait lets the trace move the views first."""
        if seconds and not names:
            self.may_catch_up()
        return self.position(["documents"]) >= position


@dataclass
class RealServer:
    """The server's process (services, application, projector) and its storage in `dsn` and `folder`."""

    cluster: Cluster
    dsn: str
    folder: Path
    clock: RealClock
    pools: dict[str, ConnectionPool] = field(default_factory=dict)
    may_catch_up: Callable[[], None] = lambda: None
    services: Services = field(init=False)
    _processes: list[Services] = field(default_factory=list)  # a log that is collected closes its pool
    app: WsgiApplication = field(init=False)
    projector: Projector = field(init=False)

    def __post_init__(self) -> None:
        self.open("")

    def open(self, oldest_app: str) -> None:
        """Open connection pools and start a process."""
        self.pools = {role: ConnectionPool(self.dsn, role=role, size=10, search_path=SIMULATED_PATH) for role in ROLES}
        self.start(oldest_app)

    def start(self, oldest_app: str) -> None:
        """Start a new process; what the one before was doing is lost."""
        keyring = Keyring(self.pools["callout_keykeeper"], MASTER_KEY)
        log = EventLog(self.pools["callout_writer"], keyring)
        projecting = EventLog(self.pools["callout_projector"], keyring)
        views, access = SteppedViews(log, PROJECTIONS, pool=self.pools["callout_reader"]), Access(log.pool)
        views.may_catch_up = lambda: self.may_catch_up()  # noqa: PLW0108 - whoever replays comes later
        access.keep("sync-cursors", SECRET)
        access.keep("device-challenges", SECRET)
        place = FolderPlace(self.folder / "blobs")
        self.services = services_of(
            replace(WAITS_FOR_NOTHING, oldest_app=oldest_app), log, projecting, views, access, place=place
        )
        self.projector = Projector(projecting, PROJECTIONS)
        self._processes.append(self.services)
        self.app = application(self.services)

    def close(self) -> None:
        """Close every connection."""
        self.services.views.close()
        for pool in self.pools.values():
            pool.close()

    def answer(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        """One exchange over WSGI."""
        parts = urlsplit(url)
        reply = self.app.test_client().open(
            parts.path, method=method, query_string=parts.query, headers=dict(headers), data=body or b""
        )
        return Reply(reply.status_code, {name.lower(): value for name, value in reply.headers.items()}, reply.data)

    def fold(self, through: int) -> None:
        """Fold one batch of the projector, up to this position."""
        self.projector._most = through  # however quick it has been
        self.projector._batch(through)
        reached = self.services.views.position(["documents"])
        assert reached == through, f"the real views are at {reached}, and the core's at {through}"

    def rebuild(self) -> None:
        """Rebuild all views."""
        rebuild(self.services.projecting, PROJECTIONS, [each.name for each in PROJECTIONS])

    def back_up(self) -> None:
        """Copy the database and the photos."""
        self.clock.close()
        self._copy(self.dsn, self._kept())
        self.clock.open()
        shutil.rmtree(self.folder / "kept", ignore_errors=True)
        if (self.folder / "blobs").exists():
            shutil.copytree(self.folder / "blobs", self.folder / "kept")

    def restore(self) -> None:
        """Go back to the copy and start a process on it."""
        oldest_app = self.services.settings.oldest_app
        self.close()
        self.clock.close()
        self._copy(self._kept(), self.dsn)
        shutil.rmtree(self.folder / "blobs", ignore_errors=True)
        if (self.folder / "kept").exists():
            shutil.copytree(self.folder / "kept", self.folder / "blobs")
        self.clock.open()
        self.open(oldest_app)

    def forget_backup(self) -> None:
        """Drop the copy of the database."""
        run(self.cluster.dsn, f"DROP DATABASE IF EXISTS {_name(self._kept())} WITH (FORCE)")

    def _kept(self) -> str:
        return self.cluster.dsn_of(f"{_name(self.dsn)}_kept")

    def _copy(self, source: str, target: str) -> None:
        """Copy a database to another name; connections to either are closed."""
        one, other = _name(source), _name(target)
        run(
            self.cluster.dsn,
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{one}'",  # noqa: S608 - ours
            f"DROP DATABASE IF EXISTS {other} WITH (FORCE)",
            f"CREATE DATABASE {other} TEMPLATE {one} STRATEGY wal_log",
        )


def application(services: Services) -> WsgiApplication:
    """The application around these services; it is made once, since that takes half a second."""
    if not _made:
        _made.append(create_app(services))
    _made[0].extensions["callout"] = services
    return _made[0]


_made: list[WsgiApplication] = []


def _name(dsn: str) -> str:
    return urlsplit(dsn).path[1:]
