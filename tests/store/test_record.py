"""What is read from the log is what was decided, with its envelope, sealed where it is personal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
import rfc8785

from domain.kernel.envelope import Envelope
from domain.kernel.problem import NotFound
from domain.work.work_order import WorkOrder
from store.log import EventLog
from tests.support.logs import NOON, WORDS, log_on, opened, read, records


@pytest.fixture
def log(database: str) -> Iterator[EventLog]:
    with log_on(database) as made:
        yield made


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
