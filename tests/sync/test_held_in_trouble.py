"""Issue 8, 4 and 5: what goes wrong with one operation goes wrong with that one alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from eventsourcing.persistence import OperationalError
from eventsourcing.utils import TopicError

from store.log import EventLog
from store.recorder import Recorder
from sync.holding import Holding
from sync.ports import Found
from tests.support.field_setup import NOON, Field, Phone
from tests.support.held_in_log import HeldInLog, holding_of
from tests.support.logs import read
from tests.support.unstorable_operations import note

Json = dict[str, Any]


def ended(log: EventLog, operation: Json) -> list[str]:
    """What was recorded under an operation's id after it was held, by topic."""
    events = [event for event in read(log) if str(event.envelope.operation_id) == operation["id"]]
    assert events[0].topic == "device.operation_held"
    return [event.topic for event in events[1:]]


class Known(HeldInLog):
    """What was held by now, read once."""

    def __init__(self, log: EventLog) -> None:
        self._found = HeldInLog(log).ripe(None, NOON)

    def ripe(self, *_: Any) -> Found:
        """All of it."""
        return self._found


def away(log: EventLog, person: Any) -> None:
    """The key of a person is under a master key that is not here."""
    keyring = log.body_mapper.keyring
    keyring._pool.execute(
        "UPDATE keys.person_keys SET master_id = 'elsewhere' WHERE person = %s RETURNING person", (str(person),)
    )
    keyring._sealing.clear()


def test_a_text_under_another_master_key_keeps_none_behind_it_waiting(field: Field, phone: Phone, other: Phone) -> None:
    """Issue 8, 5: it was taken for a database that is away, and everything behind it waited with it."""
    order = field.order()
    needed = note(other, order)
    closed = note(phone, order, needs=[needed["id"]])
    good = [note(one, order, needs=[needed["id"]]) for one in (phone, other, phone)]
    assert [result.status for result in phone.send(closed, good[0], good[2]).results] == ["held"] * 3
    other.send(needed, good[1])
    holding = holding_of(field.log, Known(field.log))
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
    """Issue 8, 5: unexpected errors concern only the group that caused them, which is quarantined."""
    log, order = field.log, field.order()
    needed = note(other, order)
    bad, good = note(phone, order, needs=[needed["id"]]), note(phone, order, needs=[needed["id"]])
    phone.send(bad, good)
    other.send(needed)
    holding, attempt = holding_of(log), Holding._attempt
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
    holding = holding_of(log)

    def failing(*_: Any, **__: Any) -> Any:
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
