"""The application: built from its settings, with its database, keys, services and views."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import TracebackType
from typing import Self

from api.app import WsgiApplication, create_app
from api.http.policy import POLICY
from api.http.services import Past
from callout.blob_place import place_of
from callout.database import VIEWS_REMEDY, OtherMasterKey, ViewsDiffer, enter, enter_by
from callout.erasing import erase_again, unfinished
from callout.master_key import master_keys
from callout.services import services_of
from callout.settings import Settings
from callout.unfinished_restore import require_finished
from projections.catalogue import PROJECTIONS, ensure, unsound
from projections.engine.filling import Progress
from projections.engine.projector import Projector
from projections.engine.views import Views
from store.access import Access
from store.embedded import EmbeddedPostgres
from store.erased import ErasedList
from store.keyring import Keyring
from store.lives import settle_life
from store.log import EventLog
from store.pool import ConnectionPool
from store.provisioning import MASTER_KEY_ID
from store.roles import LOGICAL, READER
from store.sessions import Limits
from web.landing import POLICY as PAGES
from web.landing import landing


def dsn_of(settings: Settings) -> str:
    """The DSN of the database; starts or joins the embedded server when the settings name no other."""
    return settings.database_url or EmbeddedPostgres(settings.home).start()


def limits_of(settings: Settings) -> Limits:
    """The lifetimes of sessions."""
    return Limits(timedelta(hours=settings.session_hours), timedelta(minutes=settings.session_idle))


class Application:
    """All services around one database; `close` closes its connections. Safe to build before or after a fork."""

    def __init__(self, settings: Settings, dsn: str | None = None, *, migrating: bool = False) -> None:
        """Connect to the database at `dsn`, with `migrating` after migrating it; otherwise it must be migrated already.

        Raises `DatabaseOlder` or `DatabaseNewer` when it was not migrated by this program, `OtherMasterKey` when its
        texts could not be read, `RestoreUnfinished` when a restore into the home was cut off.
        """
        self.settings = settings
        self.place = place_of(settings)
        if (dsn or settings.database_url) is None and settings.runtime_url is not None:
            self._entrance = enter_by(settings, settings.runtime_url)
        else:
            self._entrance = enter(settings, dsn or dsn_of(settings), migrating=migrating)
        self.applied = self._entrance.applied
        self.address, self.dsn = self._entrance.address, self._entrance.dsn(READER)
        writer, projector, reader, keykeeper = (self._pool(role) for role in LOGICAL)
        self._pools = (writer, projector, reader, keykeeper)
        access, self.master_keys = Access(writer, limits=limits_of(settings)), master_keys(settings)
        ids = [key.id.encode() for key in self.master_keys.all()]
        self.erased = ErasedList(settings.erasures or settings.home / "erasures")
        self.keyring = Keyring(keykeeper, self.master_keys, self.erased)
        try:
            if access.keep(MASTER_KEY_ID, ids[0]) not in ids:
                raise OtherMasterKey
            require_finished(settings.home, writer)
            self.erased.add(
                self.keyring.destroyed()
            )  # also those that other machines erased, or that were erased before there was a list
            log = EventLog(writer, self.keyring)
            log.unique_keys.fill(log.reader)
            settle_life(log)
            self.erased_again = erase_again(log, unfinished(log, self.erased.ids()))
        except BaseException:
            self._close_pools()
            raise
        views, projecting = Views(log, PROJECTIONS, pool=reader), EventLog(projector, self.keyring)
        self.services = services_of(settings, log, projecting, views, access, place=self.place)

    def ensure_views(self, progress: Progress | None = None) -> list[str]:
        """Create or rebuild the views whose tables do not fit the code; returns their names."""
        return ensure(self.services.projecting, PROJECTIONS, progress)

    def require_views(self) -> None:
        """Raise `ViewsDiffer` unless the tables of all views fit the code: another server may be using them."""
        names = unsound(self.services.projecting, PROJECTIONS)
        if names:
            raise ViewsDiffer(f"These views have another shape than this program's: {', '.join(names)}; {VIEWS_REMEDY}")

    def projector(self) -> Projector:
        """A new projector; any number may run at once."""
        return Projector(self.services.projecting, PROJECTIONS)

    def app(self, past: Past | None = None) -> WsgiApplication:
        """The WSGI application; `past` answers queries of the past, this process itself unless it is given."""
        return create_app(
            replace(self.services, past=past or self.services.past), pages=(landing,), policy={**POLICY, **PAGES}
        )

    def close(self) -> None:
        """End all waits for views, and close every connection."""
        self.services.views.close()
        self._close_pools()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _pool(self, role: str) -> ConnectionPool:
        return ConnectionPool(self._entrance.dsn(role), size=self.settings.pool)

    def _close_pools(self) -> None:
        for pool in self._pools:
            pool.close()
