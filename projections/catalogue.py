"""All projections, in the order in which they fold an event, and their tables brought to the shape of the code."""

from __future__ import annotations

from collections.abc import Iterable

from projections import checkpoints
from projections.attachments import Attachments
from projections.cases import Cases
from projections.contacts import Contacts
from projections.customers import Customers
from projections.device_activity import DeviceActivity
from projections.devices import Devices
from projections.discrepancies import Discrepancies
from projections.documents.documents import Documents
from projections.equipment import EquipmentView
from projections.filling import Progress
from projections.locations import Locations
from projections.movements import Movements
from projections.operations import Operations
from projections.parts import Parts
from projections.projection import Projection
from projections.rebuild import alone, rebuild_alone
from projections.replay import with_needs
from projections.serials import Serials
from projections.stock import Stock
from projections.stored import VIEWS
from projections.surveys import Surveys
from projections.technicians import Technicians
from projections.timeline import Timeline
from projections.users import Users
from projections.visits import Visits
from projections.work_orders import WorkOrders
from store import tables
from store.log import EventLog

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
    WorkOrders(),
    Visits(),
    Attachments(),
    Operations(),
    Discrepancies(),
    Timeline(),
    Documents(),
)


def ensure(
    log: EventLog, projections: Iterable[Projection] = PROJECTIONS, progress: Progress | None = None
) -> list[str]:
    """Make the tables of new projections, rebuild those of another shape, drop what no projection describes.

    Answers the names of what was made. When others do the same at this moment, one works and the rest wait.
    """
    everything = with_needs(projections)
    with alone(log) as cursor:
        sound = checkpoints.sound(checkpoints.read(cursor), everything)
        due = [each.name for each in everything if each.name not in sound]
        if due:
            rebuild_alone(log, cursor, everything, due, progress)
        checkpoints.forget_all_but(cursor, [each.name for each in everything])
        tables.drop_all_but(cursor, VIEWS, [table.name for each in everything for table in each.tables])
    return due


def unsound(log: EventLog, projections: Iterable[Projection] = PROJECTIONS) -> list[str]:
    """The names of the projections whose tables are missing or have another shape than the code's."""
    everything = with_needs(projections)
    with log.pool.connection() as session, session.cursor() as cursor:
        sound = checkpoints.sound(checkpoints.read(cursor), everything)
    return [each.name for each in everything if each.name not in sound]
