"""Issue 8, 1 and 5: every hold ends whatever is referenced, and the sender's status at that time counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.access.device import Device
from domain.access.device_limits import LONGEST_HELD
from domain.work.technician import Technician
from store.log import EventLog
from sync.holding import Holding
from tests.support.field_setup import NOON, Field, Phone, decide, save
from tests.support.held_in_log import holding_of
from tests.support.logs import read
from tests.support.unstorable_operations import note

Json = dict[str, Any]


@pytest.fixture
def holding(log: EventLog) -> Holding:
    return holding_of(log)


def ended(log: EventLog, operation: Json) -> list[str]:
    """What was recorded under an operation's id after it was held, by topic."""
    events = [event for event in read(log) if str(event.envelope.operation_id) == operation["id"]]
    assert events[0].topic == "device.operation_held"
    return [event.topic for event in events[1:]]


def correction(phone: Phone, of: str, **more: Any) -> Json:
    return phone.operation("fact_corrected", {"operation": of}, **more)


def test_two_that_name_each_other_do_not_wait_for_ever(field: Field, phone: Phone, holding: Holding) -> None:
    """Issue 8, 5: each was to be forced behind the other one, so neither ever was."""
    later = str(uuid4())
    first = correction(phone, later, needs=[later])
    second = correction(phone, first["id"], id=later)
    assert [result.status for result in phone.send(first, second).results] == ["held", "held"]
    [held_at, _] = [event.recorded_at for event in read(field.log) if event.topic == "device.operation_held"]

    late = held_at + LONGEST_HELD + timedelta(minutes=1)
    assert sum(holding.settle(late) for _ in range(3)) == 2

    assert ended(field.log, first)
    assert ended(field.log, second)
    assert field.log.work().get(Device, phone.id).held == ()


def test_three_of_two_phones_in_a_ring_and_what_names_one_of_them(field: Field, phone: Phone, holding: Holding) -> None:
    """Issue 8, 5: the one that was held first is forced first, and what names it behind it."""
    other, order = Phone(field.log, field.anna), field.order()
    ids = [str(uuid4()) for _ in range(3)]
    ring = [
        correction(phone, ids[2], id=ids[0], needs=[ids[2]]),
        correction(other, ids[0], id=ids[1]),
        correction(phone, ids[1], id=ids[2]),
    ]
    for sender, operation in zip((phone, other, phone), ring, strict=True):
        assert sender.result(operation).status == "held"
    waits = other.operation("note_added", {"work_order": str(order), "text": "x", "see": ids[1]})
    assert other.result(waits).status == "held"
    late = read(field.log)[-1].recorded_at + LONGEST_HELD + timedelta(minutes=1)

    assert sum(holding.settle(late) for _ in range(5)) == 4

    positions = {
        str(event.envelope.operation_id): event.position
        for event in read(field.log)
        if event.topic.startswith("device.") and event.topic != "device.operation_held"
    }
    assert positions[ids[0]] < positions[ids[1]] < positions[waits["id"]]


def test_a_technician_who_left_is_believed_no_more(field: Field, phone: Phone, other: Phone, holding: Holding) -> None:
    """Issue 8, 11: what waits of somebody who no longer works here goes to the office, as what they send does."""
    order = field.order()
    needed = note(other, order)
    waiting = note(phone, order, needs=[needed["id"]])
    assert phone.result(waiting).status == "held"
    decide(field.log, Technician, field.anna, "deactivate")
    other.send(needed)

    assert holding.settle(NOON) == 1

    assert ended(field.log, waiting) == ["device.operation_quarantined"]


@pytest.mark.parametrize("reason", ["lost", "retired"])
def test_enrolling_again_makes_nothing_of_before_true(
    field: Field, phone: Phone, other: Phone, holding: Holding, reason: str
) -> None:
    """Issue 8, 1: what a stolen phone let wait is not decided as trusted when the phone is the technician's again."""
    order = field.order()
    needed = note(other, order)
    before = note(phone, order, needs=[needed["id"]])
    assert phone.result(before).status == "held"
    decide(field.log, Device, phone.id, "revoke", reason=reason)
    again = field.log.work().get(Device, phone.id)
    again.reenrol(technician=field.anna, install_id=str(phone.id), name="x", platform="test", app_version="1")
    save(field.log, again)
    field.log.operations.begin(phone.id, again.incarnation)
    phone.incarnation, phone.seq = again.incarnation, 0
    behind = note(phone, order, needs=[needed["id"]])
    assert phone.result(behind).status == "held"
    other.send(needed)

    assert holding.settle(NOON) == 2

    assert ended(field.log, before) == ["device.operation_quarantined"]
    assert ended(field.log, behind) == ["work_order.note_added", "device.hold_ended"]


def test_a_suspended_device_that_is_trusted_again_is_believed(
    field: Field, phone: Phone, other: Phone, holding: Holding
) -> None:
    order = field.order()
    needed = note(other, order)
    waiting = note(phone, order, needs=[needed["id"]])
    phone.send(waiting)
    decide(field.log, Device, phone.id, "suspend", "odd")
    decide(field.log, Device, phone.id, "resume")
    other.send(needed)

    assert holding.settle(NOON) == 1
    assert ended(field.log, waiting) == ["work_order.note_added", "device.hold_ended"]
