"""All projections, in the order in which they fold an event, and the creation of their tables."""

from __future__ import annotations

from collections.abc import Iterable

import structlog

from projections.access.device_activity import DeviceActivity
from projections.access.devices import Devices
from projections.access.operations import Operations
from projections.access.users import Users
from projections.care.cases import Cases
from projections.care.contacts import Contacts
from projections.care.customers import Customers
from projections.care.surveys import Surveys
from projections.care.timeline import Timeline
from projections.documents.documents import Documents
from projections.engine import checkpoints, parking
from projections.engine.filling import Progress
from projections.engine.projection import Projection
from projections.engine.rebuild import RebuildError, alone, rebuild_alone
from projections.engine.replay import with_needs
from projections.engine.stored import VIEWS
from projections.lookup.search import Search
from projections.stock.discrepancies import Discrepancies
from projections.stock.locations import Locations
from projections.stock.lots import Lots
from projections.stock.movements import Movements
from projections.stock.parts import Parts
from projections.stock.serials import Serials
from projections.stock.stock import Stock
from projections.stock.units import UnitsView
from projections.work.attachments import Attachments
from projections.work.equipment import EquipmentView
from projections.work.technicians import Technicians
from projections.work.visits import Visits
from projections.work.work_orders import WorkOrders
from store import tables
from store.connecting import Cursor
from store.errors import Trouble, name_of, trouble_of
from store.log import EventLog

_log = structlog.get_logger(__name__)

PROJECTIONS: tuple[Projection, ...] = (
    Parts(),
    Customers(),
    Contacts(),
    Cases(),
    EquipmentView(),
    Technicians(),
    Users(),
    Surveys(),
    Locations(),
    Devices(),
    DeviceActivity(),
    Movements(),
    Stock(),
    Serials(),
    UnitsView(),
    Lots(),
    WorkOrders(),
    Visits(),
    Attachments(),
    Operations(),
    Discrepancies(),
    Timeline(),
    Search(),
    Documents(),
)


def ensure(
    log: EventLog, projections: Iterable[Projection] = PROJECTIONS, progress: Progress | None = None
) -> list[str]:
    """Create the tables of new projections, rebuild missing and outdated ones, drop those of unknown projections.

    Returns the names of what was made. Concurrent calls wait for each other.
    """
    everything = with_needs(projections)
    with alone(log) as cursor:
        sound = checkpoints.sound(checkpoints.read(cursor), everything)
        missing = tables.missing(cursor, VIEWS, [table.name for each in everything for table in each.tables])
        due = [
            each.name
            for each in everything
            if each.name not in sound or any(table.name in missing for table in each.tables)
        ]
        made = _made(log, cursor, everything, due, progress)
        checkpoints.forget_all_but(cursor, [each.name for each in everything])
        parking.unpark_all_but(cursor, [each.name for each in everything])
        tables.drop_all_but(cursor, VIEWS, [table.name for each in everything for table in each.tables])
    return made


def _made(
    log: EventLog, cursor: Cursor, everything: tuple[Projection, ...], due: list[str], progress: Progress | None
) -> list[str]:
    """Rebuild these together, or one by one if that fails.

    One that fails alone as well is logged and stopped, so that everything else can start.
    """
    if not due:
        return []
    try:
        rebuild_alone(log, cursor, everything, due, progress)
    except RebuildError:
        raise
    except Exception as error:
        if trouble_of(error) is Trouble.AWAY:
            raise
        if len(due) > 1:
            return [name for each in due for name in _made(log, cursor, everything, [each], progress)]
        _log.error("a view cannot be made", view=due[0], cause=name_of(error))
        checkpoints.stop(cursor, due, name_of(error))
        return []
    return due


def unsound(log: EventLog, projections: Iterable[Projection] = PROJECTIONS) -> list[str]:
    """The names of the projections whose tables are missing or do not have the shape that the code asks for."""
    everything = with_needs(projections)
    with log.pool.connection() as session, session.cursor() as cursor:
        sound = checkpoints.sound(checkpoints.read(cursor), everything)
    return [each.name for each in everything if each.name not in sound]
