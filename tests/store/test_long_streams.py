"""Issue 8, 6: what loading an entity costs is bounded by its snapshots, however long its stream is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from domain.care.case import MOST_CONTACTS, Case
from domain.care.customer import Customer
from domain.kernel.aggregate import Entity
from domain.stock.discrepancy import Discrepancy
from domain.stock.location import Location
from domain.stock.stock_count import StockCount
from domain.work.visit import Visit
from domain.work.work_order import WorkOrder
from store.log import EventLog
from store.snapshots import state_of
from tests.support.databases import run
from tests.support.field_setup import save
from tests.support.logs import NOON, log_on
from tests.support.visits import EVENING

WORDS = "Kastanienbaum"


def order() -> tuple[Entity, Callable[[Any], None]]:
    made = WorkOrder.open(id=uuid4(), number="W-1", customer=uuid4(), problem=WORDS)
    return made, lambda it: it.record_note(WORDS)


def visit() -> tuple[Entity, Callable[[Any], None]]:
    made = Visit.plan(
        id=uuid4(), work_order=uuid4(), customer=uuid4(), window_start=NOON, window_end=EVENING, zone="UTC"
    )
    return made, lambda it: it.record_arrived(uuid4())


def case() -> tuple[Entity, Callable[[Any], None]]:
    made = Case.open(id=uuid4(), customer=uuid4(), topic="billing", first_contact_at=NOON)
    return made, lambda it: it.attach_contact(uuid4())


def discrepancy() -> tuple[Entity, Callable[[Any], None]]:
    made = Discrepancy.take_up(id=uuid4(), kind="negative_book", refs=())
    return made, lambda it: it.assign(uuid4())


def customer() -> tuple[Entity, Callable[[Any], None]]:
    made = Customer.register(id=uuid4(), name=WORDS, phones=("030 1",), language="de")
    return made, lambda it: it.change(email=f"{uuid4()}@example.org")


def count() -> tuple[Entity, Callable[[Any], None]]:
    made = StockCount.start(id=uuid4(), location=uuid4())
    return made, lambda it: it.record_line(part=uuid4(), location=uuid4(), quantity=Decimal(1), blind=True)


def location() -> tuple[Entity, Callable[[Any], None]]:
    made = Location.register(id=uuid4(), kind="van", name="Van")
    return made, lambda it: it.take_custody(uuid4())


@pytest.fixture
def log(database: str) -> Iterator[EventLog]:
    with log_on(database) as made:
        yield made


KINDS = [order, visit, case, discrepancy, customer, count, location]


def kept(entity: Entity) -> dict[str, Any]:
    """All that an entity knows, but for what the library and the snapshots keep there."""
    return {
        name: value for name, value in vars(entity).items() if not name.startswith("_") and name != "pending_events"
    }


@pytest.mark.parametrize("make", KINDS)
def test_a_long_stream_is_loaded_from_its_newest_snapshot_and_a_few_events(
    log: EventLog, database: str, make: Callable[[], tuple[Entity, Callable[[Any], None]]]
) -> None:
    """Issue 8, 6: and nothing that the entity knows is missing from the snapshot."""
    entity, act = make()
    for number in range(250):
        act(entity)
        if number % 60 == 0:
            save(log, entity)
    save(log, entity)
    [(newest,)] = log.pool.fetch_all("SELECT max(version) FROM log.snapshots WHERE stream = %s", (str(entity.id),))
    assert newest > 200
    [loaded] = log.load([entity.id]).values()
    assert (loaded.version, kept(loaded)) == (entity.version, kept(entity))
    assert kept(loaded).keys() == set(state_of(type(entity)).__struct_fields__)

    run(database, "DELETE FROM log.snapshots")
    assert kept(log.load([entity.id])[entity.id]) == kept(loaded)


def test_no_snapshot_holds_a_persons_words_and_an_erased_person_has_none(log: EventLog) -> None:
    """Issue 8, 6: what a snapshot keeps of a customer is sealed with their key."""
    entity, act = customer()
    for _ in range(101):
        act(entity)
    save(log, entity)
    [(state,)] = log.pool.fetch_all("SELECT state FROM log.snapshots WHERE stream = %s", (str(entity.id),))
    assert WORDS not in state
    assert "example.org" not in state

    log.body_mapper.keyring.destroy([entity.id])
    [loaded] = log.load([entity.id]).values()
    assert set(kept(loaded)["details"].values()) == {None}


def test_a_snapshot_of_another_shape_of_the_class_is_passed_over(log: EventLog, database: str) -> None:
    """Issue 8, 6: a class may get another attribute without a change of what is stored."""
    entity, act = order()
    for _ in range(101):
        act(entity)
    save(log, entity)
    run(database, """UPDATE log.snapshots SET state = '{"customer":7}'""")

    [loaded] = log.load([entity.id]).values()
    assert kept(loaded) == kept(entity)


def test_a_case_remembers_its_last_contacts_only() -> None:
    """Issue 8, 6: the state of a case does not grow with each contact."""
    entity, act = case()
    for _ in range(MOST_CONTACTS + 5):
        act(entity)
    assert len(kept(entity)["contacts"]) == MOST_CONTACTS
