"""An operation that needs others waits for them, 72 hours at most, and blocks nobody meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.access.device import Device
from domain.access.device_limits import LONGEST_HELD
from domain.recording.recorded import Recorded
from domain.work.work_order import WorkOrder
from store.log import EventLog
from sync.holding import Holding
from tests.support.field_setup import NOON, Field, Phone, decide
from tests.support.held_in_log import holding_of
from tests.support.logs import read


@pytest.fixture
def holding(log: EventLog) -> Holding:
    return holding_of(log)


def of_operation(log: EventLog, operation: dict[str, Any]) -> list[Recorded]:
    return [event for event in read(log) if str(event.envelope.operation_id) == operation["id"]]


def test_what_needs_an_operation_of_another_device_waits_until_that_has_come(
    field: Field, phone: Phone, other: Phone, holding: Holding
) -> None:
    order = field.order()
    first = other.operation("note_added", {"work_order": str(order), "text": "key is under the mat"})
    waiting = phone.operation("part_used", field.use(order), at=NOON - timedelta(hours=2), needs=[first["id"]])

    result = phone.result(waiting)
    assert (result.status, len(result.positions)) == ("held", 1)
    assert holding.settle(NOON) == 0
    assert phone.result(phone.operation("part_used", field.use(order))).status == "applied"
    other.send(first)
    assert holding.settle(NOON) == 1

    assert [event.topic for event in of_operation(field.log, waiting)] == [
        "device.operation_held",
        "stock.moved",
        "device.hold_ended",
    ]
    assert of_operation(field.log, waiting)[1].occurred_at == NOON - timedelta(hours=2)
    assert holding.settle(NOON) == 0
    assert phone.result(waiting).status == "held"


def test_what_needs_something_that_has_come_does_not_wait(field: Field, phone: Phone, other: Phone) -> None:
    order = field.order()
    first = other.operation("note_added", {"work_order": str(order), "text": "x"})
    other.send(first)

    assert phone.result(phone.operation("part_used", field.use(order), needs=[first["id"]])).status == "applied"


def test_after_72_hours_a_fact_is_recorded_all_the_same_and_a_request_is_refused(
    field: Field, phone: Phone, holding: Holding
) -> None:
    order = field.order()
    decide(field.log, WorkOrder, order, "complete", fixed="yes")
    never = [str(UUID(int=7))]
    fact = phone.operation("part_used", field.use(order), needs=never)
    request = phone.operation("close_work_order", {"work_order": str(order)}, needs=never)
    phone.send(fact, request)
    held_at = of_operation(field.log, request)[0].recorded_at

    assert holding.settle(held_at + LONGEST_HELD - timedelta(seconds=1)) == 0
    assert holding.settle(held_at + LONGEST_HELD) == 2

    ended = of_operation(field.log, fact)[-1]
    assert (ended.topic, ended.data.misfits[0].code) == ("device.hold_ended", "needs_missing")
    rejected = of_operation(field.log, request)[-1]
    assert (rejected.topic, rejected.data.problem) == ("device.operation_rejected", "needs-missing")
    assert field.log.work().get(Device, phone.id).held == ()


def test_a_group_waits_as_a_whole_and_is_decided_as_a_whole(
    field: Field, phone: Phone, other: Phone, holding: Holding
) -> None:
    order, theirs = field.order(), field.order(field.boris)
    decide(field.log, WorkOrder, order, "complete", fixed="yes")
    first = other.operation("note_added", {"work_order": str(order), "text": "x"})
    group = [
        phone.operation("close_work_order", {"work_order": str(order)}, group="g"),
        phone.operation("part_used", field.use(order), group="g", needs=[first["id"]]),
        phone.operation("close_work_order", {"work_order": str(theirs)}, group="g"),
    ]

    assert [result.status for result in phone.send(*group).results] == ["held"] * 3
    other.send(first)
    assert holding.settle(NOON) == 3

    assert [of_operation(field.log, each)[-1].topic for each in group] == [
        "device.operation_rejected",
        "device.hold_ended",
        "device.operation_rejected",
    ]


def test_what_waits_in_quarantine_has_not_come(field: Field, phone: Phone, other: Phone) -> None:
    order = field.order()
    other.status = "suspended"
    doubtful = other.operation("note_added", {"work_order": str(order), "text": "x"})
    other.send(doubtful)

    assert phone.result(phone.operation("part_used", field.use(order), needs=[doubtful["id"]])).status == "held"


def test_two_who_look_after_held_operations_decide_each_once(
    field: Field, phone: Phone, other: Phone, log: EventLog, holding: Holding
) -> None:
    order = field.order()
    first = other.operation("note_added", {"work_order": str(order), "text": "x"})
    waiting = phone.operation("part_used", field.use(order), needs=[first["id"]])
    phone.send(waiting)
    other.send(first)

    assert holding.settle(NOON) + holding_of(log).settle(NOON) == 1
    assert [event.topic for event in of_operation(log, waiting)].count("stock.moved") == 1


def test_what_waits_without_a_text_comes_to_an_end_too(
    field: Field, phone: Phone, log: EventLog, holding: Holding
) -> None:
    waiting = phone.operation("part_used", field.use(field.order()), needs=[str(UUID(int=7))])
    phone.send(waiting)
    held_at = of_operation(log, waiting)[0].recorded_at
    log.body_mapper.keyring.destroy([UUID(waiting["id"])])

    assert holding.settle(held_at + LONGEST_HELD) == 1

    assert of_operation(log, waiting)[-1].topic == "device.operation_discarded"
    assert log.work().get(Device, phone.id).held == ()


def test_what_became_of_a_held_operation_is_no_other_content_under_its_id(
    field: Field, phone: Phone, other: Phone, holding: Holding
) -> None:
    order = field.order()
    first = other.operation("note_added", {"work_order": str(order), "text": "key is under the mat"})
    waiting = phone.operation("part_used", field.use(order), needs=[first["id"]])
    phone.send(waiting)
    other.send(first)
    holding.settle(NOON)

    [kept] = field.log.signed_texts.of(UUID(waiting["id"]))

    assert (kept.outcome, kept.status) == ("held", "kept")
