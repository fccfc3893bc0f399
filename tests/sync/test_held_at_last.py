"""Issue 8, 1 and 5: what is held comes to an end whatever it names, and is believed as far as its sender is by then."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from eventsourcing.persistence import OperationalError
from eventsourcing.utils import TopicError

from domain.device import Device
from domain.technician import Technician
from store.log import EventLog
from store.recorder import Recorder
from sync.holding import LONGEST, Holding
from sync.ports import Found
from tests.support.field import NOON, Field, Phone, decide, save
from tests.support.logs import read
from tests.support.poison import note
from tests.support.unseen import Unseen, looking_after

Json = dict[str, Any]


@pytest.fixture
def holding(log: EventLog) -> Holding:
    return looking_after(log)


class Known(Unseen):
    """What was held by now, read once."""

    def __init__(self, log: EventLog) -> None:
        self._found = Unseen(log).ripe(None, NOON)

    def ripe(self, *_: Any) -> Found:
        """All of it."""
        return self._found


def ended(log: EventLog, operation: Json) -> list[str]:
    """What was recorded under an operation's id after it was held, by topic."""
    events = [event for event in read(log) if str(event.envelope.operation_id) == operation["id"]]
    assert events[0].topic == "device.operation_held"
    return [event.topic for event in events[1:]]


def away(log: EventLog, person: Any) -> None:
    """The key of a person is under a master key that is not here."""
    keyring = log.body_mapper.keyring
    keyring._pool.execute(
        "UPDATE keys.person_keys SET master_id = 'elsewhere' WHERE person = %s RETURNING person", (str(person),)
    )
    keyring._sealing.clear()


def correction(phone: Phone, of: str, **more: Any) -> Json:
    return phone.operation("fact_corrected", {"operation": of}, **more)


def test_two_that_name_each_other_do_not_wait_for_ever(field: Field, phone: Phone, holding: Holding) -> None:
    """Issue 8, 5: each was to be forced behind the other one, so neither ever was."""
    later = str(uuid4())
    first = correction(phone, later, needs=[later])
    second = correction(phone, first["id"], id=later)
    assert [result.status for result in phone.send(first, second).results] == ["held", "held"]
    [held_at, _] = [event.recorded_at for event in read(field.log) if event.topic == "device.operation_held"]

    late = held_at + LONGEST + timedelta(minutes=1)
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
    late = read(field.log)[-1].recorded_at + LONGEST + timedelta(minutes=1)

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


def test_a_text_under_another_master_key_keeps_none_behind_it_waiting(field: Field, phone: Phone, other: Phone) -> None:
    """Issue 8, 5: it was taken for a database that is away, and everything behind it waited with it."""
    order = field.order()
    needed = note(other, order)
    closed = note(phone, order, needs=[needed["id"]])
    good = [note(one, order, needs=[needed["id"]]) for one in (phone, other, phone)]
    assert [result.status for result in phone.send(closed, good[0], good[2]).results] == ["held"] * 3
    other.send(needed, good[1])
    holding = looking_after(field.log, Known(field.log))
    away(field.log, closed["id"])

    assert sum(holding.settle(NOON + timedelta(minutes=number)) for number in range(5)) == 2

    keyring = field.log.body_mapper.keyring
    keyring._pool.execute("UPDATE keys.person_keys SET master_id = NULL RETURNING person")
    for operation in (good[0], good[2]):
        assert ended(field.log, operation) == ["work_order.note_added", "device.hold_ended"]
    assert holding.settle(NOON + timedelta(minutes=5)) == 1
    assert ended(field.log, closed) == ["work_order.note_added", "device.hold_ended"]


@pytest.mark.parametrize("error", [TopicError("x"), AssertionError("x"), Exception("x")])
def test_whatever_goes_wrong_with_one_goes_wrong_with_one(
    field: Field, phone: Phone, other: Phone, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Issue 8, 5: errors that nobody thought of concern the group that they come of, which the office is given."""
    log, order = field.log, field.order()
    needed = note(other, order)
    bad, good = note(phone, order, needs=[needed["id"]]), note(phone, order, needs=[needed["id"]])
    phone.send(bad, good)
    other.send(needed)
    holding, attempt = looking_after(log), Holding._attempt
    bad_version = next(event.version for event in read(log) if str(event.envelope.operation_id) == bad["id"])

    def failing(self: Holding, group: Any, *args: Any, **how: Any) -> int:
        if bad_version in group.versions:
            raise error
        return attempt(self, group, *args, **how)

    monkeypatch.setattr(Holding, "_attempt", failing)
    assert sum(holding.settle(NOON) for _ in range(4)) == 2

    assert ended(log, good) == ["work_order.note_added", "device.hold_ended"]
    assert ended(log, bad) == ["device.operation_quarantined"]


def test_what_was_not_tried_when_the_database_went_is_tried_when_it_is_back(
    field: Field, phone: Phone, other: Phone, log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 8, 5: what had been taken out of the queue was gone from it, and the same one came first again."""
    order, honest = field.order(), Recorder.append
    needed = note(other, order)
    waiting = [note(phone, order, needs=[needed["id"]]) for _ in range(4)]
    phone.send(*waiting)
    other.send(needed)
    holding = looking_after(log)

    def failing(*_: Any) -> Any:
        raise OperationalError("away")

    monkeypatch.setattr(Recorder, "append", failing)
    with pytest.raises(OperationalError):
        holding.settle(NOON)
    assert len(holding._queue) == len(waiting)
    monkeypatch.setattr(Recorder, "append", honest)

    assert holding.settle(NOON) == len(waiting)


def test_a_push_about_a_customer_under_another_master_key_lets_the_others_through(field: Field, phone: Phone) -> None:
    """Issue 8, 4: it was answered 503 at every try, for all that came behind it."""
    order = field.order()
    changes = {"name": {"from": "Kastanienbaum", "to": "Kastanie"}}
    bad = phone.operation("change_customer_details", {"customer": str(field.customer), "changes": changes})
    counted = {"location": str(field.van), "part": str(field.part), "quantity": "3"}
    away(field.log, field.customer)

    sent = phone.send(bad, phone.operation("stock_counted", counted), note(phone, order))

    assert [result.status for result in sent.results] == ["quarantined", "applied", "quarantined"]
    assert sent.acknowledged == 3
    assert sent.results[0].problem is not None
    assert sent.results[0].problem["type"].endswith("/unrecordable")
