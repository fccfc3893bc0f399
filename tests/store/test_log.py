"""The log keeps what was decided: in order, once, with its envelope, sealed where it is personal."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg2
import pytest
import rfc8785
from eventsourcing.persistence import IntegrityError

from domain.envelope import Envelope
from domain.problem import NotFound
from domain.work_order import WorkOrder
from store.errors import OperationKnownError, TurnTakenError
from store.keyring import Keyring
from store.log import EventLog
from store.pool import ConnectionPool
from store.record import Recorded
from store.recorder import Answer, Turn

NOON = datetime(2026, 11, 20, 12, 0, 0, 120_000, tzinfo=UTC)
WORDS = "The old Wächter boiler at Lindenstraße 7 leaks"


@pytest.fixture
def log(database: str) -> Iterator[EventLog]:
    writer = ConnectionPool(database, role="callout_writer", size=12)
    keeper = ConnectionPool(database, role="callout_keykeeper", size=2)
    yield EventLog(writer, Keyring(keeper, b"k" * 32))
    writer.close()
    keeper.close()


def opened(customer: UUID | None = None) -> WorkOrder:
    return WorkOrder.open(
        id=uuid4(),
        number="W-1",
        case=None,
        customer=customer or uuid4(),
        site=None,
        equipment=None,
        priority="high",
        problem=WORDS,
    )


def records(log: EventLog) -> list[str]:
    return [row[0] for row in log.pool.fetch_all("SELECT record FROM log.events ORDER BY position")]


def read(log: EventLog) -> list[Recorded]:
    return log.reader.read(records(log))


def test_an_entity_comes_back_as_it_was_committed(log: EventLog) -> None:
    order = opened()
    technician = uuid4()
    order.assign(technician)
    work = log.work()
    work.add(Envelope(occurred_at=NOON), order)
    appended = work.commit()
    again = log.work().get(WorkOrder, order.id)
    assert (again.version, again.technician, appended.base) == (2, technician, 0)
    with pytest.raises(NotFound):
        log.work().get(WorkOrder, uuid4())


def test_a_record_is_canonical_json_with_its_position_and_both_times(log: EventLog) -> None:
    device, operation, case = uuid4(), uuid4(), uuid4()
    order = opened()
    work = log.work()
    envelope = Envelope(
        occurred_at=NOON,
        zone="Europe/Berlin",
        actor=uuid4(),
        role="technician",
        device=device,
        device_seq=7,
        operation_id=operation,
        correlation_id=case,
        seen_position=3,
        claimed_at=NOON + timedelta(hours=1),
    )
    work.add(envelope, order)
    work.commit()
    [text] = records(log)
    value = json.loads(text)
    assert rfc8785.dumps(value).decode() == text
    assert (value["position"], value["occurred_at"], value["device_seq"]) == (1, "2026-11-20T12:00:00.120000Z", 7)
    [event] = read(log)
    assert event.envelope.operation_id == operation
    assert event.data.problem == WORDS
    assert event.recorded_at.tzinfo is not None


def test_the_words_of_a_person_are_nowhere_in_the_log(log: EventLog) -> None:
    work = log.work()
    work.add(Envelope(occurred_at=NOON), opened())
    work.commit()
    assert "Linden" not in records(log)[0]
    assert json.loads(records(log)[0])["body"]["personal"]["sealed"].keys() == {"problem"}


def test_destroying_a_key_erases_the_words_and_leaves_the_record(log: EventLog) -> None:
    customer = uuid4()
    order = opened(customer)
    work = log.work()
    work.add(Envelope(occurred_at=NOON), order)
    work.commit()
    before = hashlib.sha256(records(log)[0].encode()).digest()
    assert log.body_mapper.keyring.destroy([customer]) == 1
    assert hashlib.sha256(records(log)[0].encode()).digest() == before
    assert read(log)[0].data.problem is None
    late = log.work()
    late.add(Envelope(occurred_at=NOON), opened(customer))
    late.commit()
    assert "personal" not in json.loads(records(log)[1])["body"]


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
    known = log.answers_to([operation, uuid4()])
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
    stop, seen = threading.Event(), []

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
