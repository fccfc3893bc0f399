"""A group is one commit: its facts always land, and its requests stand or fall together."""

from __future__ import annotations

from uuid import uuid4

import pytest

from domain.work.work_order import WorkOrder
from sync.problems import SequenceGap
from tests.support.field_setup import Field, Phone, decide
from tests.support.logs import read


def test_if_one_request_of_a_group_is_refused_all_its_requests_are_and_its_facts_land(
    field: Field, phone: Phone
) -> None:
    mine, theirs = field.order(), field.order(field.boris)
    decide(field.log, WorkOrder, mine, "complete", fixed="yes")

    results = phone.send(
        phone.operation("close_work_order", {"work_order": str(mine)}, group="evening"),
        phone.operation("part_used", field.use(mine), group="evening"),
        phone.operation("close_work_order", {"work_order": str(theirs)}, group="evening"),
    ).results

    assert [result.status for result in results] == ["rejected", "applied", "rejected"]
    assert [(result.problem or {}).get("type", "").rpartition("/")[2] for result in results] == [
        "group-refused",
        "",
        "not-yours",
    ]
    assert "work_order.closed" not in [event.topic for event in read(field.log)]


def test_other_groups_and_lone_requests_are_not_touched_by_a_refusal(field: Field, phone: Phone) -> None:
    mine, also_mine, theirs = field.order(), field.order(), field.order(field.boris)
    for order in (mine, also_mine):
        decide(field.log, WorkOrder, order, "complete", fixed="yes")

    results = phone.send(
        phone.operation("close_work_order", {"work_order": str(mine)}, group="one"),
        phone.operation("close_work_order", {"work_order": str(theirs)}, group="two"),
        phone.operation("close_work_order", {"work_order": str(also_mine)}),
    ).results

    assert [result.status for result in results] == ["applied", "rejected", "applied"]


def test_requests_wait_for_the_office_with_what_is_not_understood_in_their_group(field: Field, phone: Phone) -> None:
    order = field.order()
    decide(field.log, WorkOrder, order, "complete", fixed="yes")

    results = phone.send(
        phone.operation("close_work_order", {"work_order": str(order)}, group="g"),
        phone.operation("note_added", {"work_order": str(uuid4()), "text": "x"}, group="g"),
        phone.operation("part_used", field.use(order), group="g"),
    ).results

    assert [result.status for result in results] == ["quarantined", "quarantined", "applied"]
    assert (results[0].problem or {})["type"].endswith("/group-quarantined")


def test_a_group_sent_again_gets_the_same_results(field: Field, phone: Phone) -> None:
    operations = [
        phone.operation("close_work_order", {"work_order": str(field.order(field.boris))}, group="g"),
        phone.operation("part_used", field.use(field.order()), group="g"),
    ]

    first, again = phone.send(*operations).results, phone.send(*operations).results

    assert [(one.status, one.positions, one.problem) for one in first] == [
        (one.status, one.positions, one.problem) for one in again
    ]


def test_a_gap_never_cuts_a_group_in_two(field: Field, phone: Phone) -> None:
    order = field.order()
    alone = phone.operation("part_used", field.use(order))
    one, two, three = (phone.operation("part_used", field.use(order), group="g") for _ in range(3))

    with pytest.raises(SequenceGap) as gap:
        phone.send(alone, one, three)

    assert gap.value.members["expected"] == one["seq"]
    assert [result.status for result in phone.send(one, two, three).results] == ["applied"] * 3
