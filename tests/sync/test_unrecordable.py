"""Issue 8, 4: an operation that can never be recorded is quarantined; everything else is recorded at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import NAMESPACE_OID, uuid4, uuid5

import pytest
from eventsourcing.persistence import DataError, OperationalError

from domain.recording.answers import UnrecordableError
from store.recorder import Recorder
from sync.problems import SequenceGap
from tests.support.field_setup import Field, Phone
from tests.support.logs import read
from tests.support.unstorable_operations import failing_recorder, note, poisoned


@pytest.fixture(name="failing_recorder")
def brittle_database() -> Iterator[list[type[Exception]]]:
    with failing_recorder() as raised:
        yield raised


def statuses(phone: Phone, *operations: dict[str, Any], **how: Any) -> list[str]:
    return [result.status for result in phone.send(*operations, **how).results]


@pytest.mark.parametrize("stream", ["order", "customer", "van", "anna", "device"])
def test_a_count_that_is_another_stream(field: Field, phone: Phone, stream: str) -> None:
    order = field.order()
    taken = {"order": order, "customer": field.customer, "van": field.van, "anna": field.anna, "device": phone.id}
    counted = {"location": str(field.van), "part": str(field.part), "quantity": "3", "count": str(taken[stream])}

    assert statuses(phone, note(phone, order), phone.operation("stock_counted", counted), note(phone, order)) == [
        "applied",
        "conflicted",
        "applied",
    ]


@pytest.mark.parametrize("kind", ["part_used", "request_visit"])
def test_an_operation_whose_id_is_another_streams(field: Field, phone: Phone, kind: str) -> None:
    order = field.order()
    data = field.use(order) if kind == "part_used" else {"work_order": str(order)}
    before, bad = note(phone, order), phone.operation(kind, data, id=str(field.customer))

    sent = phone.send(before, bad, note(phone, order))

    assert [result.status for result in sent.results] == ["applied", "quarantined", "applied"]
    assert sent.acknowledged == 3
    assert sent.results[1].problem is not None
    assert sent.results[1].problem["type"].endswith("/unrecordable")
    assert [result.duplicate for result in phone.send(bad | {"seq": 2}).results] == [True]


def test_a_movement_of_another_phone_whose_id_is_a_stream_derived_of_an_operation(
    field: Field, phone: Phone, other: Phone
) -> None:
    """A sibling: the survey that an operation begins has an id that anybody can work out and take first."""
    order, operation = field.order(), uuid4()
    squat = other.operation("part_used", field.use(order), id=str(uuid5(NAMESPACE_OID, f"survey {operation}")))
    data = {"work_order": str(order), "csat": 5, "solved": True}
    other.send(squat)

    bad = phone.operation("satisfaction_recorded", data, id=str(operation))

    assert statuses(phone, bad, note(phone, order)) == ["quarantined", "applied"]


def test_two_operations_of_one_push_with_the_same_id(field: Field, phone: Phone) -> None:
    """A sibling: the second one made the whole push fail for ever, salvage too."""
    order, id = field.order(), str(uuid4())
    first, second = note(phone, order, id=id), note(phone, order, id=id)
    other = phone.operation("part_used", field.use(order), id=id)

    assert statuses(phone, first, second, other, note(phone, order)) == [
        "applied",
        "quarantined",
        "quarantined",
        "applied",
    ]


def test_two_operations_of_one_push_that_begin_the_same_stream(field: Field, phone: Phone) -> None:
    order = field.order()
    used = phone.operation("part_used", field.use(order))
    counted = {"location": str(field.van), "part": str(field.part), "quantity": "3", "count": used["id"]}

    assert statuses(phone, used, phone.operation("stock_counted", counted), note(phone, order)) == [
        "applied",
        "conflicted",
        "applied",
    ]


def test_a_database_that_cannot_hold_one_of_them(
    field: Field, phone: Phone, failing_recorder: list[type[Exception]]
) -> None:
    order = field.order()
    sent = phone.send(note(phone, order), poisoned(field, phone, order), note(phone, order), note(phone, order))

    assert failing_recorder
    assert [result.status for result in sent.results] == ["applied", "quarantined", "applied", "applied"]
    assert sent.acknowledged == 4
    assert [event.position for event in read(field.log)] == list(range(1, len(read(field.log)) + 1))


@pytest.mark.usefixtures("failing_recorder")
def test_of_a_group_only_the_cause_is_put_aside(field: Field, phone: Phone) -> None:
    order = field.order()
    group = [note(phone, order, group="g"), poisoned(field, phone, order, group="g"), note(phone, order, group="g")]

    assert statuses(phone, *group) == ["applied", "quarantined", "applied"]


@pytest.mark.usefixtures("failing_recorder")
def test_two_causes_in_a_group_take_it_along_and_nothing_else(field: Field, phone: Phone) -> None:
    order = field.order()
    group = [poisoned(field, phone, order, group="g"), poisoned(field, phone, order, group="g")]

    assert statuses(phone, *group, note(phone, order)) == ["quarantined", "quarantined", "applied"]


@pytest.mark.usefixtures("failing_recorder")
def test_a_gap_behind_it_is_told_with_everything_before(field: Field, phone: Phone) -> None:
    order = field.order()
    operations = [note(phone, order), poisoned(field, phone, order)]
    phone.seq += 1

    with pytest.raises(SequenceGap) as gap:
        phone.send(*operations, note(phone, order))

    assert gap.value.members["expected"] == 3
    results: Any = gap.value.members["results"]
    assert [result["status"] for result in results] == ["applied", "quarantined"]


@pytest.mark.usefixtures("failing_recorder")
def test_lost_numbers_are_told_once(field: Field, phone: Phone) -> None:
    order = field.order()
    phone.seq = 5
    operations = [note(phone, order), poisoned(field, phone, order), note(phone, order)]

    sent = statuses(phone, *operations, missing={"from": 1, "through": 5})

    assert sent == ["applied", "quarantined", "applied"]
    assert [event.topic for event in read(field.log)].count("device.operations_missed") == 1


def test_what_can_pass_by_itself_puts_nothing_aside(
    field: Field, phone: Phone, failing_recorder: list[type[Exception]]
) -> None:
    failing_recorder[0] = OperationalError
    order = field.order()
    before = len(read(field.log))

    with pytest.raises(OperationalError):
        phone.send(note(phone, order), poisoned(field, phone, order))

    assert len(read(field.log)) == before


def test_a_database_that_takes_nothing_at_all_puts_nothing_aside(
    field: Field, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    def append(*_: Any, **__: Any) -> Any:
        raise DataError("nothing")

    operation = note(phone, field.order())
    monkeypatch.setattr(Recorder, "append", append)

    with pytest.raises(UnrecordableError):
        phone.send(operation)
