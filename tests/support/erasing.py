"""Customers in a log who are erased, and whether their words can still be read."""

from __future__ import annotations

from uuid import UUID, uuid4

from domain.access.device import Device
from domain.care.customer import Customer
from domain.kernel.aggregate import Entity
from domain.kernel.envelope import Envelope
from store.log import EventLog
from tests.support.logs import NOON, read

NAME = "Erika Kastanienbaum"


def commit(log: EventLog, *entities: Entity, operation: UUID | None = None) -> None:
    """Record what these entities decided, as this operation."""
    work = log.work()
    work.add(Envelope(occurred_at=NOON, operation_id=operation), *entities)
    work.commit()


def registered(log: EventLog) -> Customer:
    """A customer with a name."""
    customer = Customer.register(id=uuid4(), name=NAME)
    commit(log, customer)
    return customer


def erased(log: EventLog, customer: UUID) -> None:
    """Record the erasure in the log only; the key stays."""
    entity = log.work().get(Customer, customer)
    entity.erase()
    commit(log, entity)


def quarantined(log: EventLog, *refs: UUID, body: str = NAME) -> UUID:
    """A quarantined operation; its device is a new one."""
    device = Device.enrol(
        id=uuid4(), technician=uuid4(), install_id=str(uuid4()), name="phone", platform="test", app_version="1"
    )
    operation = uuid4()
    device.record_quarantine(
        operation=operation, seq=1, type="x", reason="not-understood", detail="?", body=body, refs=refs
    )
    commit(log, device)
    return operation


def held(log: EventLog, *refs: UUID) -> UUID:
    """An operation that waits for another; its device is a new one."""
    device = Device.enrol(
        id=uuid4(), technician=uuid4(), install_id=str(uuid4()), name="phone", platform="test", app_version="1"
    )
    operation = uuid4()
    device.record_hold(operation=operation, seq=1, type="x", needs=(uuid4(),), group=None, body=NAME, refs=refs)
    commit(log, device)
    return operation


def readable(log: EventLog, word: str = NAME) -> bool:
    """Whether this word can still be read in the log."""
    return any(word in repr(event.data) for event in read(log))


def opens(log: EventLog, person: UUID) -> bool:
    """Whether there is a key of this person."""
    return person in log.body_mapper.keyring.opening_keys([person])
