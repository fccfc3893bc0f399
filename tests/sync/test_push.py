"""No operation is lost, none takes effect twice, none blocks the ones behind it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.work.work_order import WorkOrder
from sync.problems import DeviceForked, SequenceGap
from tests.support.field_setup import NOON, Field, Phone, decide
from tests.support.logs import read, records


def test_a_fact_is_applied_and_keeps_its_own_time_device_and_case(field: Field, phone: Phone) -> None:
    order = field.order()
    operation = phone.operation("part_used", field.use(order, "2.5"), at=NOON - timedelta(hours=20), seen=4)
    result = phone.result(operation)
    assert result.status == "applied"
    event = read(field.log)[result.positions[0] - 1]
    assert (event.topic, event.occurred_at, str(event.stream)) == (
        "stock.moved",
        NOON - timedelta(hours=20),
        result.id.__str__(),
    )
    assert (event.envelope.device, event.envelope.device_seq, event.envelope.seen_position) == (phone.id, 1, 4)
    assert (event.data.from_, event.data.work_order, str(event.data.quantity)) == (field.van, order, "2.5")


def test_a_push_sent_again_gets_the_first_results_and_records_nothing(field: Field, phone: Phone) -> None:
    order = field.order()
    operations = [
        phone.operation("part_used", field.use(order)),
        phone.operation("note_added", {"work_order": str(order), "text": "x"}),
    ]
    first = phone.send(*operations)
    before = len(records(field.log))
    again = phone.send(*operations)
    assert len(records(field.log)) == before
    assert [result.duplicate for result in again.results] == [True, True]
    assert [(r.id, r.seq, r.status, r.positions, r.notices) for r in again.results] == [
        (r.id, r.seq, r.status, r.positions, r.notices) for r in first.results
    ]
    assert (first.acknowledged, again.acknowledged) == (2, 2)


def test_a_batch_that_overlaps_what_is_known_records_only_the_rest(field: Field, phone: Phone) -> None:
    order = field.order()
    one, two, three = (phone.operation("part_used", field.use(order)) for _ in range(3))
    phone.send(one, two)
    pushed = phone.send(two, three)
    assert [result.duplicate for result in pushed.results] == [True, False]
    assert sum("stock.moved" in record for record in records(field.log)) == 3


def test_a_gap_is_named_and_what_comes_before_it_is_recorded(field: Field, phone: Phone) -> None:
    order = field.order()
    one, two, three, four = (phone.operation("part_used", field.use(order)) for _ in range(4))
    with pytest.raises(SequenceGap) as gap:
        phone.send(one, two, four)
    assert gap.value.members["expected"] == 3
    before: Any = gap.value.members["results"]
    assert [result["status"] for result in before] == ["applied", "applied"]
    assert [result.status for result in phone.send(three, four).results] == ["applied", "applied"]


def test_another_operation_under_a_known_number_is_a_fork(field: Field, phone: Phone) -> None:
    order = field.order()
    phone.send(phone.operation("part_used", field.use(order)))
    phone.seq = 0
    with pytest.raises(DeviceForked):
        phone.send(phone.operation("part_used", field.use(order)))


def test_a_known_id_with_other_content_is_quarantined_and_kept(field: Field, phone: Phone) -> None:
    order = field.order()
    operation = phone.operation("part_used", field.use(order))
    phone.send(operation)
    changed = operation | {"data": field.use(order, "7")}
    for _ in range(2):
        assert phone.result(changed).status == "quarantined"
    assert sum("operation_quarantined" in record for record in records(field.log)) == 1
    assert phone.result(operation).status == "applied"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"type": "part_teleported"}, "not-understood"),
        ({"v": 99}, "not-understood"),
        ({"data": {"work_order": "nonsense"}}, "not-understood"),
        ({"data": "text"}, "not-understood"),
        ({"at": "yesterday"}, "not-understood"),
        ({"type": 7}, "not-understood"),
        ({"data": {"work_order": str(uuid4()), "text": "x"}, "type": "note_added"}, "unknown-reference"),
        ({"data": {"work_order": str(uuid4()), "text": "x" * 20_000}, "type": "note_added"}, "not-understood"),
    ],
)
def test_what_is_not_understood_is_kept_untouched_and_blocks_nothing(
    field: Field, phone: Phone, change: dict[str, object], reason: str
) -> None:
    order = field.order()
    bad = phone.operation("part_used", field.use(order)) | change
    result = phone.send(bad).results[0]
    assert (result.status, (result.problem or {})["type"].rpartition("/")[2]) == ("quarantined", reason)
    kept = read(field.log)[result.positions[0] - 1]
    assert str(bad["id"]) in kept.data.body
    assert phone.result(phone.operation("part_used", field.use(order))).status == "applied"


def test_half_a_bad_batch_records_the_good_half(field: Field, phone: Phone) -> None:
    order = field.order()
    operations = [
        phone.operation("part_used", field.use(order)) | ({"type": "nonsense"} if number % 2 else {})
        for number in range(6)
    ]
    statuses = [result.status for result in phone.send(*operations).results]
    assert statuses == ["applied", "quarantined"] * 3


def test_everything_of_a_suspended_device_is_quarantined(field: Field, phone: Phone) -> None:
    phone.status = "suspended"
    assert phone.result(phone.operation("part_used", field.use(field.order()))).status == "quarantined"


def test_work_after_a_reassignment_is_recorded_and_flagged(field: Field, phone: Phone) -> None:
    order = field.order()
    decide(field.log, WorkOrder, order, "assign", field.boris)
    used = phone.operation("part_used", field.use(order))
    completed = phone.operation("work_completed", {"work_order": str(order), "fixed": "yes"})
    results = phone.send(used, completed).results
    assert [(r.status, r.notices[0]["code"]) for r in results] == [("conflicted", "work_after_reassignment")] * 2
    topics = [event.topic for event in read(field.log)][-2:]
    assert topics == ["stock.moved", "work_order.completion_reported"]


def test_a_request_about_a_lost_assignment_is_rejected_and_that_is_an_event(field: Field, phone: Phone) -> None:
    order = field.order()
    decide(field.log, WorkOrder, order, "assign", field.boris)
    result = phone.result(phone.operation("close_work_order", {"work_order": str(order)}))
    assert (result.status, (result.problem or {})["type"].rpartition("/")[2]) == ("rejected", "not-yours")
    assert read(field.log)[result.positions[0] - 1].topic == "device.operation_rejected"


def test_work_on_a_cancelled_order_and_a_second_completion_are_flagged(field: Field, phone: Phone) -> None:
    cancelled, done = field.order(), field.order()
    decide(field.log, WorkOrder, cancelled, "cancel", "not needed")
    complete = {"work_order": str(done), "fixed": "yes"}
    results = phone.send(
        phone.operation("note_added", {"work_order": str(cancelled), "text": "too late"}),
        phone.operation("work_completed", complete),
        phone.operation("work_completed", complete),
    ).results
    assert [[notice["code"] for notice in r.notices] for r in results] == [
        ["work_after_cancel"],
        [],
        ["duplicate_completion"],
    ]


def test_a_clock_that_is_wrong_is_corrected_and_one_from_the_future_is_suspect(field: Field, phone: Phone) -> None:
    order = field.order()
    slow = phone.operation("part_used", field.use(order), at=NOON - timedelta(hours=5))
    result = phone.result(slow, ahead=-timedelta(hours=2))
    assert read(field.log)[result.positions[0] - 1].occurred_at == NOON - timedelta(hours=3)
    future = phone.operation("part_used", field.use(order), at=NOON + timedelta(days=1))
    result = phone.result(future)
    event = read(field.log)[result.positions[0] - 1]
    assert (result.notices[0]["code"], event.occurred_at) == ("clock_suspect", NOON)
    assert event.envelope.claimed_at == NOON + timedelta(days=1)


def test_taking_back_a_fact_adds_one_and_doing_so_twice_is_once(field: Field, phone: Phone) -> None:
    order = field.order()
    used = phone.operation("part_used", field.use(order))
    note = phone.operation("note_added", {"work_order": str(order), "text": "wrong order"})
    back = [phone.operation("fact_corrected", {"operation": one["id"]}) for one in (used, note, used)]
    assert [result.status for result in phone.send(used, note, *back).results] == ["applied"] * 5
    topics = [event.topic for event in read(field.log)][-4:]
    assert topics == ["stock.moved", "work_order.note_added", "stock.moved", "work_order.fact_corrected"]
