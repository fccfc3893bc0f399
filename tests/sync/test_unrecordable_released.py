"""Issue 8, 4: salvage and release let through what can be recorded, and say what cannot."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from domain.kernel.envelope import Envelope
from domain.recording.answers import UnrecordableError
from store.log import EventLog
from sync.envelope import parse_push
from sync.release import release
from sync.salvage import Salvage
from tests.support.field_setup import NOON, Field, Phone
from tests.support.held_in_log import holding_of
from tests.support.logs import read
from tests.support.unstorable_operations import failing_recorder, note, poisoned

OFFICE = Envelope(occurred_at=NOON, role="dispatcher", operation_id=uuid4())


def test_salvage_and_release_of_it(field: Field, phone: Phone) -> None:
    order = field.order()
    bad = phone.operation("part_used", field.use(order), id=str(field.customer))
    push = {"incarnation": 1, "now": NOON.isoformat(), "operations": [bad, note(phone, order)]}

    Salvage(phone.arrival).reply(phone.who(), orjson_of(push), None, NOON)

    assert [event.topic for event in read(field.log)][-2:] == ["device.operation_quarantined"] * 2
    with pytest.raises(UnrecordableError):
        field.log.attempt(lambda: _release(field.log, field.customer))


def _release(log: EventLog, operation: UUID) -> None:
    work = log.work()
    release(log, work, operation, OFFICE)
    work.commit()


def orjson_of(push: dict[str, Any]) -> bytes:
    """The bytes of a push that can be read."""
    body = orjson.dumps(push)
    assert parse_push(body).operations
    return body


def test_salvage_keeps_what_can_be_kept(field: Field, phone: Phone) -> None:
    order = field.order()
    push = {"incarnation": 1, "now": NOON.isoformat()}
    operations = [note(phone, order), poisoned(field, phone, order)]

    with failing_recorder():
        body = orjson_of(push | {"operations": operations})
        reply = Salvage(phone.arrival).reply(phone.who(), body, None, NOON)

    assert reply.count(b'"quarantined"') == 2


def test_a_held_operation_that_cannot_be_recorded_keeps_none_behind_it_waiting(
    field: Field, phone: Phone, other: Phone
) -> None:
    order = field.order()
    needed = note(other, order)
    bad = phone.operation("part_used", field.use(order), id=str(field.customer), needs=[needed["id"]])
    good = note(phone, order, needs=[needed["id"]])
    assert [result.status for result in phone.send(bad, good).results] == ["held", "held"]
    other.send(needed)

    assert holding_of(field.log).settle(NOON) == 2

    ended = sorted(event.topic for event in read(field.log)[-3:])
    assert ended == ["device.hold_ended", "device.operation_quarantined", "work_order.note_added"]
    assert holding_of(field.log).settle(NOON) == 0


def test_of_a_held_group_only_what_cannot_be_recorded_is_put_aside_and_at_once(
    field: Field, phone: Phone, other: Phone
) -> None:
    order = field.order()
    needed = note(other, order)
    bad = poisoned(field, phone, order, group="g", needs=[needed["id"]])
    good = note(phone, order, group="g", needs=[needed["id"]])
    assert [result.status for result in phone.send(bad, good).results] == ["held", "held"]
    other.send(needed)

    with failing_recorder():
        assert holding_of(field.log).settle(NOON) == 2

    last = {event.topic: event.data for event in read(field.log)[-3:]}
    assert last.keys() == {"device.hold_ended", "work_order.note_added", "device.operation_quarantined"}
    quarantined = last["device.operation_quarantined"]
    assert (str(quarantined.operation), quarantined.reason) == (bad["id"], "unrecordable")
    assert holding_of(field.log).settle(NOON) == 0
