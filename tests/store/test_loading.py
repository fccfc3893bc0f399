"""The rules of loading: newest snapshot and what came since, in one query, and no word opened without need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from inspect import signature
from typing import Any
from uuid import UUID, uuid4

import pytest
from eventsourcing.domain import CanMutateAggregate, DecoratedFuncCaller, OriginatorVersionError

from domain.access.device import Device
from domain.care.customer import Customer
from domain.kernel.aggregate import Entity
from domain.kernel.envelope import Envelope
from domain.topics import EVENT_CLASSES
from store.keyring import Key
from store.log import EventLog
from store.pool import Params, Row
from store.shape import shape_of
from tests.support.databases import run
from tests.support.given_when_then import state
from tests.support.logs import NOON, WORDS, log_on, opened


@pytest.fixture
def log(database: str) -> Iterator[EventLog]:
    with log_on(database) as log:
        yield log


def test_many_entities_come_as_they_were_left_with_one_query(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    orders = [opened() for _ in range(5)]
    for order in orders:
        order.assign(uuid4())
        order.record_labour(minutes=15, kind="work")
        order.record_photo(sha256="5f" * 32, size=9, media_type="image/jpeg")
        order.hold("parts")
    save(log, *orders)
    asked: list[str] = []
    execute = log.pool.execute

    def counted(sql: str, params: Params | None = None) -> list[Row]:
        asked.append(sql)
        return execute(sql, params)

    monkeypatch.setattr(log.pool, "execute", counted)

    loaded = log.load([*(order.id for order in orders), uuid4(), orders[0].id])

    assert {stream: kept(entity) for stream, entity in loaded.items()} == {order.id: kept(order) for order in orders}
    assert len(asked) == 1


def test_deciding_about_a_repair_opens_nobodys_words(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    order = opened()
    order.record_note(WORDS)
    order.hold("access", note=WORDS)
    save(log, order)
    asked: list[UUID] = []

    def keys_of(persons: Iterable[UUID]) -> dict[UUID, Key]:
        asked.extend(persons)
        return {}

    monkeypatch.setattr(log.body_mapper.keyring, "opening_keys", keys_of)

    [loaded] = log.load([order.id]).values()

    assert kept(loaded) == kept(order)
    assert asked == []


def test_what_an_entity_keeps_of_a_persons_words_is_opened(log: EventLog) -> None:
    customer = Customer.register(id=uuid4(), name="Kastanienbaum", phones=("030 1",), language="de")
    save(log, customer)

    [loaded] = log.load([customer.id]).values()

    assert isinstance(loaded, Customer)
    assert loaded.details["name"] == "Kastanienbaum"


def test_a_snapshot_and_what_came_since_are_the_same_as_everything(log: EventLog, database: str) -> None:
    device = Device.enrol(
        id=uuid4(), technician=uuid4(), install_id="a", name="phone", platform="test", app_version="1"
    )
    for number in range(Device.SNAPSHOT_EVERY + 2):
        device.record_rejection(
            operation=uuid4(), seq=number, type="reserve_part", problem="refused", detail="No.", refs=()
        )
        if number == Device.SNAPSHOT_EVERY:
            save(log, device)
    save(log, device)
    assert log.pool.fetch_all("SELECT count(*) FROM log.snapshots") == [(1,)]
    with_snapshot = kept(log.load([device.id])[device.id])

    run(database, "DELETE FROM log.snapshots")

    assert with_snapshot == kept(log.load([device.id])[device.id]) == kept(device)


def test_a_stream_with_a_hole_is_not_taken_for_an_entity(log: EventLog, database: str) -> None:
    order = opened()
    order.assign(uuid4())
    order.record_note(WORDS)
    save(log, order)
    run(
        database,
        "ALTER TABLE log.events DISABLE TRIGGER events_are_kept",
        "DELETE FROM log.events WHERE version = 2",
    )

    with pytest.raises(OriginatorVersionError):
        log.load([order.id])


@pytest.mark.parametrize("event_class", EVENT_CLASSES.values(), ids=EVENT_CLASSES)
def test_an_event_changes_its_entity_by_one_method_that_takes_its_fields_or_not_at_all(event_class: Any) -> None:
    shape = shape_of(event_class)

    assert event_class.apply is (DecoratedFuncCaller if shape.change and not shape.begins else CanMutateAggregate).apply
    if shape.change is not None:
        assert set(signature(shape.change).parameters) - {"self"} == set(shape.takes)


def kept(entity: Entity) -> dict[str, Any]:
    """What an entity remembers, apart from when this process met it and which snapshots there are."""
    beside = {"_created_on", "_modified_on", "_snapshot_version"}
    return {name: value for name, value in state(entity).items() if name not in beside}


def save(log: EventLog, *entities: Entity) -> None:
    work = log.work()
    work.add(Envelope(occurred_at=NOON), *entities)
    work.commit()
