"""The texts of operations that are kept as they were signed, and the persons they are about."""

from __future__ import annotations

from uuid import UUID

from domain.access.identity import DeviceIdentity
from domain.access.operation_status import UNDECIDED
from domain.care.customer import Customer
from domain.recording.answers import SignedText
from domain.recording.unit_of_work import Work
from domain.stock.stock_movement import StockMovement
from domain.work.visit import Visit
from sync.decide import Decision


def signed_text_of(decision: Decision, work: Work, who: DeviceIdentity) -> SignedText | None:
    """The text that is kept of a decided operation; None for a held or quarantined one, whose event keeps it."""
    operation = decision.operation
    if decision.status in UNDECIDED:
        return None
    persons = customers_of(decision, work) or {who.technician}
    return SignedText(operation.text, operation.signature, tuple(sorted(persons)))


def customers_of(decision: Decision, work: Work) -> set[UUID]:
    """The customers that an operation is about: by an id in its data or by the entities that it has changed."""
    changed = work.events[decision.first : decision.first + decision.events]
    streams = decision.operation.references() | {event.originator_id for event in changed}
    found = {_customer_of(stream, work) for stream in streams}
    return {customer for customer in found if customer is not None}


def _customer_of(stream: UUID, work: Work) -> UUID | None:
    entity = work.loaded(stream)
    if isinstance(entity, Customer):
        return entity.id
    if isinstance(entity, StockMovement):
        return entity.moved.get("customer")
    if isinstance(entity, Visit):
        entity = work.loaded(entity.work_order) or entity  # whose customer it is about
    customer = getattr(entity, "customer", None)
    return customer if isinstance(customer, UUID) else None
