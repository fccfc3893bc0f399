"""Builds the services around an event log and connects them with each other."""

from __future__ import annotations

from functools import partial

from api.http.address_limits import AddressLimits
from api.http.services import ApiSettings, Services
from commands.running.open_work import open_by_views
from commands.running.runner import Runner
from projections.engine.views import Views
from projections.work.open_work import working_for
from store.access import Access
from store.blobs.place import Place
from store.blobs.uploads import Uploads
from store.blobs.vault import Vault
from store.device_access import DeviceAccess
from store.device_statuses import DeviceStatuses
from store.lives import begin_life_after_loss
from store.log import EventLog
from store.reset_codes import ResetCodes
from store.second_factor_check import FactorCheck
from store.security_log import SecurityLog
from store.verifications import Verifications
from sync.app_version import OldestApp
from sync.arrival import Arrival
from sync.blobs import BlobIntake
from sync.challenge import Challenges
from sync.cursor import Cursors
from sync.documents import ReadyDocuments
from sync.enrolment import EnrolmentService
from sync.gate import Gate
from sync.holding import Holding
from sync.live import Live
from sync.pull import Pull
from sync.push import PushIntake
from sync.salvage import Salvage
from sync.verify import Verify
from sync.waiting import HeldOperations


def services_of(
    settings: ApiSettings, log: EventLog, projecting: EventLog, views: Views, access: Access, *, place: Place
) -> Services:
    """The services of the API for a log, given as its writer and its projector; blobs are stored at `place`."""
    vault = Vault(log.pool, log.body_mapper.keyring, place)
    devices, device_statuses = DeviceAccess(log.pool), DeviceStatuses(log.pool)
    works_for = working_for(views)
    arrival = Arrival(log, works_for, unsigned=settings.unsigned_devices)
    documents = ReadyDocuments(views)
    cursors = Cursors(partial(access.secrets.accepted, "sync-cursors"), partial(begin_life_after_loss, log))
    pull = Pull(documents, cursors, OldestApp(settings.oldest_app))
    gate = gate_of(settings)
    views.resting = gate.resting
    return Services(
        settings=settings,
        runner=Runner(log, access.secrets, views, settings.zone, open_by_views(views, log.head, settings.patience)),
        factors=FactorCheck(log.pool, log.body_mapper.keyring, mode=settings.second_factor, origin=settings.origin),
        reset_codes=ResetCodes(log.pool),
        security=SecurityLog(log.pool, access.secret),
        address_limits=AddressLimits(devices, log.pool),
        log=log,
        projecting=projecting,
        views=views,
        past=views,
        access=access,
        devices=devices,
        device_statuses=device_statuses,
        push=PushIntake(arrival, device_statuses, pull, views.wait_until),
        salvage=Salvage(arrival),
        holding=Holding(log, HeldOperations(views), works_for),
        pull=pull,
        verify=Verify(log, documents, cursors, Verifications(log.pool).take),
        live=Live(documents),
        gate=gate,
        enrolment=EnrolmentService(
            log,
            devices,
            Challenges(partial(access.secrets.accepted, "device-challenges")),
            unsigned=settings.unsigned_devices,
        ),
        blobs=BlobIntake(views, Uploads(log.pool), vault),
        vault=vault,
    )


def gate_of(settings: ApiSettings) -> Gate:
    """The rate limits of devices, and the limit of the load from all of them."""
    return Gate(
        rate=settings.device_rate,
        burst=settings.device_burst,
        connections=settings.pool,
        threads=settings.threads,
        office_rate=settings.office_rate,
    )
