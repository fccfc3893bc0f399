"""The log takes each decision once, in order, and never changes one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from uuid import uuid4

import psycopg2
import pytest
from eventsourcing.persistence import IntegrityError

from domain.access.device import Device
from domain.kernel.envelope import Envelope
from domain.recording.answers import Answer, OperationKnownError, Turn, TurnTakenError
from domain.work.work_order import WorkOrder
from store.log import EventLog
from tests.support.logs import NOON, log_on, opened, records


@pytest.fixture
def log(database: str) -> Iterator[EventLog]:
    with log_on(database) as made:
        yield made


def test_history_cannot_be_changed_by_anybody(log: EventLog, database: str) -> None:
    work = log.work()
    work.add(Envelope(occurred_at=NOON), opened())
    work.commit()
    with psycopg2.connect(database) as owner, owner.cursor() as cursor:
        for statement in (
            "UPDATE log.events SET topic = 'x'",
            "DELETE FROM log.events",
            "TRUNCATE log.events",
            "SET session_replication_role = replica; DELETE FROM log.events",
            "DELETE FROM log.operations; UPDATE log.events SET version = 9",
        ):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(statement)
            owner.rollback()
    assert len(records(log)) == 1


def test_two_decisions_on_one_version_are_one_conflict(log: EventLog) -> None:
    order = opened()
    first = log.work()
    first.add(Envelope(occurred_at=NOON), order)
    first.commit()
    one, other = log.work(), log.work()
    for work in (one, other):
        changed = work.get(WorkOrder, order.id)
        changed.assign(uuid4())
        work.add(Envelope(occurred_at=NOON), changed)
    one.commit()
    with pytest.raises(IntegrityError):
        other.commit()
    assert len(records(log)) == 2


def test_a_known_operation_writes_nothing_and_its_first_answer_stands(log: EventLog) -> None:
    operation = uuid4()
    answer = Answer(operation, "hash", "applied", '{"a":1}', first=0, event_count=1)
    for attempt in range(2):
        work = log.work()
        work.add(Envelope(occurred_at=NOON, operation_id=operation), opened())
        if attempt == 0:
            work.commit([answer])
        else:
            with pytest.raises(OperationKnownError):
                work.commit([answer])
    known = log.operations.answers([operation, uuid4()])
    assert list(known) == [operation]
    assert (known[operation].positions, known[operation].answer) == ([1], '{"a":1}')
    assert len(records(log)) == 1


def test_a_device_takes_its_turn_only_once(log: EventLog) -> None:
    device = uuid4()
    log.pool.execute("INSERT INTO log.device_sequences (device, incarnation) VALUES (%s, 1)", (str(device),))
    for attempt in range(2):
        work = log.work()
        work.add(Envelope(occurred_at=NOON), opened())
        if attempt == 0:
            work.commit(turn=Turn(device, 1, 0, 3))
        else:
            with pytest.raises(TurnTakenError):
                work.commit(turn=Turn(device, 1, 0, 3))
    assert len(records(log)) == 1


def test_a_follower_misses_nothing_beside_eight_writers_and_rollbacks(log: EventLog) -> None:
    stop = threading.Event()
    seen: list[int] = []

    def follow() -> None:
        last = 0
        while True:
            done = stop.is_set()
            rows = log.pool.fetch_all(
                "SELECT position FROM log.events WHERE position > %s ORDER BY position LIMIT 50", (last,)
            )
            seen.extend(row[0] for row in rows)
            last = seen[-1] if seen else 0
            if done and not rows:
                return

    def write() -> None:
        for number in range(25):
            work = log.work()
            order = opened()
            work.add(Envelope(occurred_at=NOON), order)
            if number % 5 == 4:  # a conflict: the same version of the same stream twice, so all of it rolls back
                work.events.append(work.events[0])
                work.envelopes.append(work.envelopes[0])
                with pytest.raises(IntegrityError):
                    work.commit()
            else:
                work.commit()

    follower = threading.Thread(target=follow)
    writers = [threading.Thread(target=write) for _ in range(8)]
    follower.start()
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    stop.set()
    follower.join()
    assert seen == list(range(1, 8 * 20 + 1))


def test_a_long_stream_is_loaded_from_its_snapshot_and_the_events_since(log: EventLog) -> None:
    device = Device.enrol(
        id=uuid4(), technician=uuid4(), install_id="i", name="phone", platform="test", app_version="0"
    )
    for number in range(Device.SNAPSHOT_EVERY + 5):
        device.record_app(app_version=str(number + 1), platform="test")
    work = log.work()
    work.add(Envelope(occurred_at=NOON), device)
    work.commit()
    device = log.work().get(Device, device.id)
    device.suspend("lent_out")
    work = log.work()
    work.add(Envelope(occurred_at=NOON), device)
    work.commit()
    [(version, state)] = log.pool.fetch_all("SELECT version, state FROM log.snapshots")
    again = log.work().get(Device, device.id)
    assert (version, again.version, again.status, again.app_version) == (106, 107, "suspended", "105")
    assert "phone" not in state


def test_a_decision_is_recorded_only_while_all_that_it_has_read_stands(log: EventLog) -> None:
    """Issue 8, 7: what was read, or looked for in vain, may not have changed; what was only loaded may."""
    order, later, loaded = opened(), opened(), opened()
    work = log.work()
    work.add(Envelope(occurred_at=NOON), order, loaded)
    work.commit()
    rests_on_order, rests_on_nothing, rests_on_absence = log.work(), log.work(), log.work()
    rests_on_order.get(WorkOrder, order.id)
    rests_on_nothing.preload([order.id, loaded.id, later.id])
    assert rests_on_absence.find(WorkOrder, later.id) is None
    changed = log.work()
    again = changed.get(WorkOrder, order.id)
    again.assign(uuid4())
    changed.add(Envelope(occurred_at=NOON), again, later)
    changed.commit()

    for stale in (rests_on_order, rests_on_absence):
        stale.add(Envelope(occurred_at=NOON), opened())
        with pytest.raises(IntegrityError):
            stale.commit()
    rests_on_nothing.add(Envelope(occurred_at=NOON), opened())

    assert rests_on_nothing.commit().base == len(records(log)) - 1


def test_a_turn_is_not_taken_by_what_rests_on_the_past(log: EventLog) -> None:
    """Issue 8, 7: a push that has to be decided again still has its turn."""
    order, device = opened(), uuid4()
    work = log.work()
    work.add(Envelope(occurred_at=NOON), order)
    work.commit()
    log.operations.begin(device, 1)
    stale, moved = log.work(), log.work()
    stale.get(WorkOrder, order.id)
    changed = moved.get(WorkOrder, order.id)
    changed.assign(uuid4())
    moved.add(Envelope(occurred_at=NOON), changed)
    moved.commit()
    stale.add(Envelope(occurred_at=NOON), opened())

    with pytest.raises(IntegrityError):
        stale.commit((), Turn(device, 1, 0, 1))

    again = log.work()
    again.add(Envelope(occurred_at=NOON), opened())
    again.commit((), Turn(device, 1, 0, 1))
