"""Issue 8, 3: one record that cannot be read, or holds what PostgreSQL cannot read, stops nobody's erasure."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import StoredEvent

from domain.access.device import Device
from domain.care.contact import Contact
from domain.care.customer import Customer
from domain.kernel.envelope import Envelope
from domain.stock.part import Part, PartName
from store.erasure import Erasure
from store.keyring import Keyring
from store.log import EventLog
from tests.support.erasing import NAME, commit, erased, opens, readable, registered
from tests.support.logs import NOON, log_on, read


@pytest.fixture
def log(database: str) -> Iterator[EventLog]:
    with log_on(database) as log:
        yield log


def held(log: EventLog, *refs: UUID, group: str = "a\u0000b") -> UUID:
    """A held operation as a server before this one has recorded it, whatever stood in its group."""
    device = Device.enrol(
        id=uuid4(), technician=uuid4(), install_id=str(uuid4()), name="phone", platform="test", app_version="1"
    )
    operation = uuid4()
    device.record_hold(operation=operation, seq=1, type="x", needs=(uuid4(),), group=group, body=NAME, refs=refs)
    commit(log, device, operation=operation)
    return operation


def damaged(log: EventLog, state: bytes) -> None:
    """A record of a held operation whose author's part is something else."""
    stored = StoredEvent(uuid4(), 1, "device.operation_held", state)
    log.recorder.insert_events([stored], envelopes=[Envelope(occurred_at=NOON)])


@pytest.mark.parametrize("group", ["a\u0000b", "\u0000", "a\u001b"])
def test_a_held_operation_with_nul_in_its_group(log: EventLog, group: str) -> None:
    customer = registered(log)
    about, of_others = held(log, customer.id, group=group), held(log, uuid4(), group=group)

    erased(log, customer.id)
    Erasure(log).catch_up()

    assert not opens(log, customer.id)
    assert (opens(log, about), opens(log, of_others)) == (False, True)


def test_a_database_in_which_erasure_had_stopped_for_that_reason_catches_up(log: EventLog) -> None:
    held(log, uuid4())
    customers = [registered(log) for _ in range(3)]
    for customer in customers:
        erased(log, customer.id)

    Erasure(log).catch_up()

    assert not any(opens(log, customer.id) for customer in customers)


@pytest.mark.parametrize(
    "body",
    [b'{"data":{"operation":"x"},"schema":1', b'{"data":{"no":"operation"},"schema":1', b'{"data":7,"schema":1',
     b'{"data":{},"schema":9'],
)  # fmt: skip
def test_a_record_that_cannot_be_read_loses_its_text_and_stops_nobody(log: EventLog, body: bytes) -> None:
    customer, operation = registered(log), held(log, uuid4())
    sealed = b',"personal":{"key":"k","person":"%s","sealed":{"body":"?"}}}' % str(operation).encode()
    damaged(log, body + sealed)

    erased(log, customer.id)
    Erasure(log).catch_up()

    assert not opens(log, customer.id)
    assert not opens(log, operation)


def test_a_text_under_another_master_key_stops_nobody_and_stays_unless_it_leads_to_the_customer(log: EventLog) -> None:
    customer = registered(log)
    about, of_others = held(log, customer.id), held(log, uuid4())
    erased(log, customer.id)
    keyring = log.body_mapper.keyring
    log.body_mapper.keyring = Keyring(keyring._pool, b"o" * 32)

    Erasure(log).catch_up()

    rows = log.pool.fetch_all("SELECT 1")
    assert rows
    log.body_mapper.keyring = keyring
    assert (opens(log, customer.id), opens(log, about), opens(log, of_others)) == (False, False, True)


def test_nul_in_what_the_office_recorded_stops_no_erasure_either(log: EventLog) -> None:
    """A sibling: contacts, merges and everything that an operation names are found without reading JSON in SQL."""
    stays, gone = registered(log), registered(log)
    contact = Contact.receive(
        id=uuid4(), channel="phone", direction="in", started_at=NOON, customer=None, about=f"{NAME}\u0000"
    )
    contact.link(uuid4(), customer=stays.id)
    part = Part.register(id=uuid4(), number="P\u0000", names=(PartName("en", "\u0000"),), unit="piece")
    entity = log.work().get(Customer, gone.id)
    entity.merge(stays.id)
    commit(log, contact, part, entity)
    operation = held(log, part.id, contact.id)

    assert Erasure(log).entries_merged_into(stays.id) == [gone.id]
    erased(log, gone.id)
    erased(log, stays.id)
    Erasure(log).catch_up()

    assert not opens(log, operation)
    assert not readable(log)
    assert len(read(log)) > 0
