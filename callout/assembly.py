"""The assembly: the only place that builds things, from the settings to the services that every room works with."""

from __future__ import annotations

from functools import partial
from types import TracebackType
from typing import Self

from api.app import Application, create_app
from api.policy import POLICY
from api.services import ApiSettings, Services
from callout.blob_place import place_of
from callout.master_key import master_key
from callout.settings import Settings
from domain.problem import Problem
from projections.catalogue import PROJECTIONS, ensure
from projections.filling import Progress
from projections.open_work import working_for
from projections.past import Views
from projections.projector import Projector
from store.access import Access
from store.blobs.place import Place
from store.blobs.uploads import Uploads
from store.blobs.vault import Vault
from store.device_access import DeviceAccess
from store.embedded import EmbeddedPostgres
from store.keyring import Keyring, key_id_of
from store.lives import begin_life_after_loss, settle_life
from store.log import EventLog
from store.migrate import migrate
from store.pool import ConnectionPool
from store.standing import Standings
from store.verifications import Verifications
from sync.app_version import OldestApp
from sync.arrival import Arrival
from sync.blobs import BlobIntake
from sync.challenge import Challenges
from sync.cursor import Cursors
from sync.documents import ReadyDocuments
from sync.enrolment import EnrolmentDesk
from sync.gate import Gate
from sync.holding import Holding
from sync.live import Live
from sync.pull import Pull
from sync.push import PushIntake
from sync.salvage import Salvage
from sync.verify import Verify
from sync.waiting import HeldOperations
from web.landing import POLICY as PAGES
from web.landing import landing


class OtherMasterKey(Problem):
    """This database was sealed under another master key; bring back the one it was made with."""


def dsn_of(settings: Settings) -> str:
    """Where the database is; the embedded server is started, or joined, when no other is named."""
    return settings.database_url or EmbeddedPostgres(settings.home).start()


def services_of(
    settings: ApiSettings, log: EventLog, projecting: EventLog, views: Views, access: Access, *, place: Place
) -> Services:
    """Everything below the API, around a log as its writer and its projector know it; blobs are kept at `place`."""
    vault = Vault(log.pool, log.body_mapper.keyring, place)
    devices, standings = DeviceAccess(log.pool), Standings(log.pool)
    arrival = Arrival(log, working_for(views), unsigned=settings.unsigned_devices)
    documents = ReadyDocuments(views)
    cursors = Cursors(access.secret("sync-cursors"), partial(begin_life_after_loss, log))
    pull = Pull(documents, cursors, OldestApp(settings.oldest_app))
    gate = gate_of(settings)
    return Services(
        settings=settings,
        log=log,
        projecting=projecting,
        views=views,
        access=access,
        devices=devices,
        standings=standings,
        push=PushIntake(arrival, standings, pull, gate.resting(views.wait_until)),
        salvage=Salvage(arrival),
        holding=Holding(log, HeldOperations(views)),
        pull=pull,
        verify=Verify(log, documents, cursors, Verifications(log.pool).take),
        live=Live(documents),
        gate=gate,
        enrolment=EnrolmentDesk(
            log, devices, Challenges(access.secret("device-challenges")), unsigned=settings.unsigned_devices
        ),
        blobs=BlobIntake(views, Uploads(log.pool), vault),
        vault=vault,
    )


def gate_of(settings: ApiSettings) -> Gate:
    """What keeps devices from asking too often, and all of them from asking for too much."""
    return Gate(
        rate=settings.device_rate,
        burst=settings.device_burst,
        connections=settings.pool,
        threads=settings.threads,
    )


class House:
    """Everything built, around one database; closes what it opened. Safe to build before or after a fork."""

    def __init__(self, settings: Settings, dsn: str | None = None) -> None:
        """Migrates the database first. Raises `OtherMasterKey` when its words could not be read."""
        self.settings = settings
        self.place = place_of(settings)
        self.dsn = dsn or dsn_of(settings)
        migrate(self.dsn)
        writer = self._pool("callout_writer")
        projector = self._pool("callout_projector")
        reader = self._pool("callout_reader")
        keykeeper = self._pool("callout_keykeeper")
        self._pools = (writer, projector, reader, keykeeper)
        access, key = Access(writer), master_key(settings)
        if access.keep("master_key_id", key_id_of(key).encode()) != key_id_of(key).encode():
            self._close_pools()
            raise OtherMasterKey
        self.keyring = Keyring(keykeeper, key)
        log = EventLog(writer, self.keyring)
        settle_life(log)
        views = Views(log, pool=reader)
        projecting = EventLog(projector, self.keyring)
        self.services = services_of(settings, log, projecting, views, access, place=self.place)

    def ensure_views(self, progress: Progress | None = None) -> list[str]:
        """Make or remake the views that do not have the shape of the code; their names."""
        return ensure(self.services.projecting, PROJECTIONS, progress)

    def projector(self) -> Projector:
        """A new one; as many as you like may run."""
        return Projector(self.services.projecting, PROJECTIONS)

    def app(self) -> Application:
        """The WSGI application."""
        return create_app(self.services, rooms=(landing,), policy={**POLICY, **PAGES})

    def close(self) -> None:
        """Let nobody wait any more, and close every connection."""
        self.services.views.close()
        self._close_pools()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _pool(self, role: str) -> ConnectionPool:
        return ConnectionPool(self.dsn, role=role, size=self.settings.pool)

    def _close_pools(self) -> None:
        for pool in self._pools:
            pool.close()
