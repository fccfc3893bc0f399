"""All kinds of entities and all events, by topic; importing this module registers all topics."""

from __future__ import annotations

from eventsourcing.domain import CanMutateAggregate

from domain.access.device import Device
from domain.access.user import User
from domain.care.case import Case
from domain.care.contact import Contact
from domain.care.customer import Customer
from domain.care.survey import Survey
from domain.integrity.log_life import LogLife
from domain.kernel.aggregate import Entity
from domain.stock.discrepancy import Discrepancy
from domain.stock.location import Location
from domain.stock.part import Part
from domain.stock.stock_count import StockCount
from domain.stock.stock_movement import StockMovement
from domain.work.equipment import Equipment
from domain.work.technician import Technician
from domain.work.visit import Visit
from domain.work.work_order import WorkOrder

ENTITIES: tuple[type[Entity], ...] = (
    Case,
    Contact,
    Customer,
    Device,
    Discrepancy,
    Equipment,
    Location,
    LogLife,
    Part,
    StockCount,
    StockMovement,
    Survey,
    Technician,
    User,
    Visit,
    WorkOrder,
)
"""The classes of all streams."""


def events_of(entity: type[Entity]) -> dict[str, type]:
    """The events of one kind of entity, by topic."""
    kinds = [each for each in vars(entity).values() if isinstance(each, type) and issubclass(each, CanMutateAggregate)]
    return {kind.TOPIC: kind for kind in kinds if hasattr(kind, "TOPIC")}


EVENT_CLASSES: dict[str, type] = {topic: kind for entity in ENTITIES for topic, kind in events_of(entity).items()}
"""The class of each topic."""
