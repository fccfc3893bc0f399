"""A quarantined operation is recorded when the office releases it, with its own time and device."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from domain.access.device_status import NotWaiting
from domain.kernel.envelope import Envelope
from domain.kernel.problem import NotFound
from store.log import EventLog
from sync.release import StillNotUnderstood, release
from sync.undecided import TextIsErased
from tests.support.field_setup import NOON, Field, Phone
from tests.support.logs import read

OFFICE = Envelope(occurred_at=NOON + timedelta(days=1), role="dispatcher", operation_id=uuid4())


def test_what_a_suspended_device_sent_is_taken_in_once_it_is_released(log: EventLog) -> None:
    field = Field(log)
    phone = Phone(log, field.anna)
    phone.status = "suspended"
    operation = phone.operation("part_used", field.use(field.order()), at=NOON - timedelta(hours=3))
    phone.send(operation)
    work = log.work()
    release(log, work, UUID(operation["id"]), OFFICE)
    work.commit()
    released, moved = read(log)[-2:]
    assert (released.topic, moved.topic) == ("device.operation_released", "stock.moved")
    assert (moved.occurred_at, moved.envelope.device) == (NOON - timedelta(hours=3), phone.id)
    assert moved.envelope.causation_id == OFFICE.operation_id
    with pytest.raises(NotWaiting):
        release(log, log.work(), UUID(operation["id"]), OFFICE)


def test_what_is_still_not_understood_stays_where_it_is(log: EventLog) -> None:
    field = Field(log)
    phone = Phone(log, field.anna)
    operation = phone.operation("part_teleported", {})
    phone.send(operation)
    with pytest.raises(StillNotUnderstood):
        release(log, log.work(), UUID(operation["id"]), OFFICE)
    log.body_mapper.keyring.destroy([UUID(operation["id"])])
    with pytest.raises(TextIsErased):
        release(log, log.work(), UUID(operation["id"]), OFFICE)
    with pytest.raises(NotFound):
        release(log, log.work(), uuid4(), OFFICE)
