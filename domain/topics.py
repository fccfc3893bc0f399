"""Every kind of entity and every event there is, by its lasting topic; importing this makes all topics known."""

from __future__ import annotations

from eventsourcing.domain import CanMutateAggregate

from domain.aggregate import Entity
from domain.case import Case
from domain.contact import Contact
from domain.customer import Customer
from domain.device import Device
from domain.discrepancy import Discrepancy
from domain.equipment import Equipment
from domain.location import Location
from domain.log_life import LogLife
from domain.part import Part
from domain.stock_count import StockCount
from domain.stock_movement import StockMovement
from domain.survey import Survey
from domain.technician import Technician
from domain.user import User
from domain.visit import Visit
from domain.work_order import WorkOrder

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
