"""The rules of erasure: what the log says about a customer is followed by the end of the keys, whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from domain.aggregate import Entity
from domain.case import Case
from domain.contact import Contact
from domain.customer import Customer
from domain.device import Device
from domain.envelope import Envelope
from domain.work_order import WorkOrder
from store.erasure import FOLLOWER, Erasure
from store.keyring import Keyring
from store.log import EventLog
from tests.support.logs import NOON, log_on, read

NAME = "Erika Kastanienbaum"


@pytest.fixture
def log(database: str) -> Iterator[EventLog]:
    with log_on(database) as log:
        yield log


def commit(log: EventLog, *entities: Entity, operation: UUID | None = None) -> None:
    work = log.work()
    work.add(Envelope(occurred_at=NOON, operation_id=operation), *entities)
    work.commit()


def registered(log: EventLog) -> Customer:
    customer = Customer.register(id=uuid4(), name=NAME)
    commit(log, customer)
    return customer


def erased(log: EventLog, customer: UUID) -> None:
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


def readable(log: EventLog, word: str = NAME) -> bool:
    """Whether the log still gives away this word."""
    return any(word in repr(event.data) for event in read(log))


def opens(log: EventLog, person: UUID) -> bool:
    """Whether there is a key of this person."""
    return person in log.body_mapper.keyring.opening_keys([person])


def test_after_an_erasure_no_word_of_the_customer_can_be_read(log: EventLog) -> None:
    customer = registered(log)
    commit(log, WorkOrder.open(id=uuid4(), number="W-1", customer=customer.id, problem=f"{NAME} says it drips"))

    erased(log, customer.id)
    destroyed = Erasure(log).catch_up()

    assert destroyed == 1
    assert not readable(log)


def test_other_customers_keep_their_words(log: EventLog) -> None:
    gone, stays = registered(log), registered(log)

    erased(log, gone.id)
    Erasure(log).catch_up()

    assert not opens(log, gone.id)
    assert opens(log, stays.id)


def test_following_twice_and_in_two_places_destroys_nothing_more(log: EventLog) -> None:
    erased(log, registered(log).id)

    assert [Erasure(log).catch_up(), Erasure(log).catch_up()] == [1, 0]


def test_an_erasure_cut_off_before_the_end_of_the_key_is_finished_later(
    log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = registered(log)
    erased(log, customer.id)

    with monkeypatch.context() as cut_off:
        cut_off.setattr(Keyring, "destroy", _fails)
        with pytest.raises(ConnectionError):
            Erasure(log).catch_up()
    left = opens(log, customer.id)
    Erasure(log).catch_up()

    assert left
    assert not opens(log, customer.id)


def _fails(*_: object) -> int:
    raise ConnectionError


def test_the_follower_remembers_how_far_it_has_come(log: EventLog) -> None:
    erased(log, registered(log).id)
    Erasure(log).catch_up()

    [(reached,)] = log.pool.fetch_all("SELECT position FROM log.tracking WHERE name = %s", (FOLLOWER,))

    assert reached == log.recorder.max_notification_id()


@pytest.mark.parametrize("order", ["linked before", "linked after"])
def test_what_was_said_before_anybody_knew_whose_contact_it_was_goes_too(log: EventLog, order: str) -> None:
    customer = registered(log)
    case = Case.open(id=uuid4(), customer=customer.id, topic="billing", first_contact_at=NOON)
    contact = Contact.receive(id=uuid4(), channel="phone", direction="in", started_at=NOON, about=f"This is {NAME}")
    commit(log, case, contact)
    if order == "linked after":
        erased(log, customer.id)
        Erasure(log).catch_up()

    contact.link(case.id, customer=customer.id)
    commit(log, contact)
    if order == "linked before":
        erased(log, customer.id)
    Erasure(log).catch_up()

    assert not readable(log)


@pytest.mark.parametrize("order", ["before", "after"])
@pytest.mark.parametrize("path", ["customer", "site", "work order", "operation", "body"])
def test_a_quarantined_operation_that_leads_to_the_customer_goes_too(log: EventLog, path: str, order: str) -> None:
    customer, operation, site = registered(log), uuid4(), uuid4()
    customer.add_site(site=site, zone="UTC", address=NAME)
    repair = WorkOrder.open(id=uuid4(), number="W-1", customer=customer.id)
    commit(log, customer)
    commit(log, repair)
    repair.record_note(NAME)
    commit(log, repair, operation=operation)
    leads = {"customer": customer.id, "site": site, "work order": repair.id, "operation": operation}
    if order == "after":
        erased(log, customer.id)
        Erasure(log).catch_up()

    if path == "body":
        put_aside = quarantined(log, body=f'{{"data": {{"work_order": "{str(repair.id).upper()}", "text": "{NAME}"}}')
    else:
        put_aside = quarantined(log, leads[path])
    if order == "before":
        erased(log, customer.id)
    Erasure(log).catch_up()

    assert not opens(log, put_aside)
    assert not readable(log)


def test_a_quarantined_operation_that_leads_to_nobody_erased_stays(log: EventLog) -> None:
    gone, stays = registered(log), registered(log)
    about_somebody, about_nobody = quarantined(log, stays.id), quarantined(log)

    erased(log, gone.id)
    Erasure(log).catch_up()

    assert opens(log, about_somebody)
    assert opens(log, about_nobody)


def test_words_sealed_between_the_erasure_and_the_end_of_the_key_make_the_log_say_it_again(log: EventLog) -> None:
    customer = registered(log)
    repair = WorkOrder.open(id=uuid4(), number="W-1", customer=customer.id)
    commit(log, repair)
    erased(log, customer.id)
    repair.record_note(f"{NAME} called")
    commit(log, repair)

    Erasure(log).catch_up()
    Erasure(log).catch_up()

    topics = [event.topic for event in read(log)]
    assert topics[-2:] == ["work_order.note_added", "customer.erased"]
    assert topics.count("customer.erased") == 2
    assert not readable(log)


def test_an_erasure_without_such_words_is_said_once(log: EventLog) -> None:
    erased(log, registered(log).id)
    commit(log, Customer.register(id=uuid4(), name="Otto Linde"))

    Erasure(log).catch_up()

    assert [event.topic for event in read(log)].count("customer.erased") == 1


def test_all_entries_of_a_customer_are_found_through_their_merges(log: EventLog) -> None:
    stays, first, second, other = (registered(log) for _ in range(4))
    for entry, into in ((first, stays), (second, first), (other, registered(log))):
        entry.merge(into.id)
        commit(log, entry)

    assert set(Erasure(log).entries_merged_into(stays.id)) == {first.id, second.id}
    assert Erasure(log).entries_merged_into(other.id) == []
