"""Issue 9, 3: an instant that contradicts what its author had read or done before is a wrong clock, not a date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.kernel.instant import now
from domain.recording.recorded import Recorded
from domain.work.work_order import WorkOrder
from projections.work.work_order_row import WORK_ORDERS
from projections.work.work_orders import WorkOrders
from tests.support.field_setup import NOON, Field, Phone
from tests.support.logs import read
from tests.support.memory_events import ViewsInMemory

DAY = timedelta(days=1)
LONG_AGO = datetime(1980, 1, 1, tzinfo=UTC)


@pytest.fixture
def order(field: Field) -> UUID:
    return field.order()


def events_of(field: Field, operations: list[dict[str, Any]]) -> dict[str, Recorded]:
    """The events of these operations."""
    wanted = {operation["id"]: operation for operation in operations}
    return {str(one.envelope.operation_id): one for one in read(field.log) if str(one.envelope.operation_id) in wanted}


def note(phone: Phone, order: UUID, at: datetime, seen: int = 0) -> dict[str, Any]:
    return phone.operation("note_added", {"work_order": str(order), "text": "x"}, at=at, seen=seen)


def codes(result: Any) -> list[str]:
    return [notice["code"] for notice in result.notices]


def test_what_was_done_before_what_its_author_had_read_is_estimated(field: Field, phone: Phone, order: UUID) -> None:
    """Issue 9, 3: the clock stood at 1980 while recording and was right when sending."""
    head, moment = field.log.head(), now()
    done = phone.operation("work_completed", {"work_order": str(order), "fixed": "yes"}, at=LONG_AGO, seen=head)

    result = phone.result(done, received_at=moment)

    event = events_of(field, [done])[done["id"]]
    assert (result.status, codes(result)) == ("conflicted", ["clock_suspect"])
    assert moment - DAY < event.occurred_at <= now()
    assert (event.envelope.claimed_at, event.envelope.clock) == (LONG_AGO, "behind")
    news = ViewsInMemory(WorkOrders())
    news.fold(read(field.log))
    assert news.row(WORK_ORDERS, order)["finished_at"] == event.occurred_at
    assert field.log.work().get(WorkOrder, order).status == "completed"


def test_people_date_back_within_a_day(field: Field, phone: Phone, order: UUID) -> None:
    """Issue 9, 3: a day is allowed."""
    moment = now()
    earlier = note(phone, order, moment - timedelta(hours=23), field.log.head())

    result = phone.result(earlier, received_at=moment)

    assert (codes(result), events_of(field, [earlier])[earlier["id"]].occurred_at) == ([], moment - timedelta(hours=23))


def test_history_that_is_sent_with_seen_0_keeps_its_times(field: Field, phone: Phone, order: UUID) -> None:
    """Issue 9, 3: `seen` 0 proves nothing, and neighbours of it neither."""
    moment = now()
    history = [note(phone, order, moment - days * DAY) for days in (3, 900, 2)]

    results = phone.send(*history, received_at=moment).results

    assert not any("clock_suspect" in codes(result) for result in results)
    assert [events_of(field, history)[one["id"]].occurred_at for one in history] == [
        moment - days * DAY for days in (3, 900, 2)
    ]


@pytest.mark.parametrize("split", [1, 2, 4])
def test_an_estimate_does_not_depend_on_how_the_operations_arrive(
    field: Field, phone: Phone, order: UUID, split: int
) -> None:
    """Issue 9, 3: only the device's own sequence and what is recorded decide."""
    moment, head = now(), field.log.head()
    at = (moment - timedelta(hours=3), LONG_AGO, LONG_AGO + DAY, moment - timedelta(hours=2))
    four = [note(phone, order, one, head) for one in at]

    for number in range(0, 4, split):
        phone.send(*four[number : number + split], received_at=moment + number * DAY)

    used = [events_of(field, four)[one["id"]].occurred_at for one in four]
    recorded = read(field.log)[head - 1].recorded_at
    first = max(recorded, at[0]) + timedelta(microseconds=1)
    assert used == [at[0], first, first + timedelta(microseconds=1), at[3]]


def test_a_neighbour_from_the_future_makes_nobody_suspect(field: Field, phone: Phone, order: UUID) -> None:
    """Issue 9, 3: its own time was not used, so it proves nothing."""
    moment, head = now() + 9 * DAY, field.log.head()
    ahead, right = note(phone, order, moment + 500 * DAY, head), note(phone, order, moment - 8 * DAY, head)

    results = phone.send(ahead, right, received_at=moment).results

    assert [codes(result) for result in results] == [["clock_suspect"], []]
    assert events_of(field, [ahead])[ahead["id"]].envelope.clock == "ahead"


def test_a_clock_that_falls_back_behind_its_own_operations_is_suspect(field: Field, phone: Phone, order: UUID) -> None:
    """Issue 9, 3: neighbours by `seq`, in one push or two."""
    moment, head = now() + 30 * DAY, field.log.head()
    right, wrong = note(phone, order, moment - 3 * DAY, head), note(phone, order, moment - 20 * DAY, head)
    phone.send(right, received_at=moment)

    result = phone.result(wrong, received_at=moment + 5 * DAY)

    assert codes(result) == ["clock_suspect"]
    assert events_of(field, [wrong])[wrong["id"]].occurred_at == moment - 3 * DAY + timedelta(microseconds=1)


def test_a_fact_from_before_the_thing_it_is_about_is_recorded_with_a_notice(
    field: Field, phone: Phone, order: UUID
) -> None:
    """Issue 9, 3: it is not refused, and there is a notice."""
    early, fit = note(phone, order, NOON - 2 * DAY), note(phone, order, NOON - timedelta(hours=20))

    results = phone.send(early, fit).results

    assert [(result.status, codes(result)) for result in results] == [
        ("conflicted", ["before_it_was_there"]),
        ("applied", []),
    ]
    assert results[0].notices[0]["refs"] == {"work_order": str(order)}
    assert events_of(field, [early])[early["id"]].occurred_at == NOON - 2 * DAY
