"""A count records what people saw, and becomes the book when somebody else approves it."""

from decimal import Decimal
from uuid import uuid4

import pytest

from domain.kernel.problem import BadInput
from domain.stock.stock_count import ApprovedByCounter, CountIsOver, NothingCounted, NotSubmitted, StockCount
from tests.support.given_when_then import given, then

VAN, PUMP, ANNA, BEN, CHIEF = uuid4(), uuid4(), uuid4(), uuid4(), uuid4()


def count() -> StockCount:
    return StockCount.start(id=uuid4(), location=VAN)


def anna_counts(it: StockCount) -> None:
    it.record_line(part=PUMP, location=VAN, quantity=Decimal(7), blind=True, counter=ANNA)


def approve(it: StockCount) -> None:
    it.approve(by=CHIEF)


def test_a_count_is_of_one_location() -> None:
    assert then(count()) == [("count.started", {"location": VAN})]


def test_a_counted_line_says_what_was_seen_where_and_by_whom() -> None:
    it = given(count())

    anna_counts(it)

    line = {"part": PUMP, "location": VAN, "quantity": Decimal(7), "blind": True, "counter": ANNA}
    assert then(it) == [("count.line_counted", line)]
    assert it.counted_by(BEN, ANNA)
    assert not it.counted_by(BEN)


def test_seeing_nothing_is_a_count_too() -> None:
    it = given(count())

    it.record_line(part=PUMP, location=VAN, quantity=Decimal(0), blind=False)

    assert then(it)[0][1]["quantity"] == 0


def test_less_than_nothing_is_not_seen() -> None:
    with pytest.raises(BadInput):
        count().record_line(part=PUMP, location=VAN, quantity=Decimal(-1), blind=True)


@pytest.mark.parametrize(
    "acts", [(), (anna_counts, StockCount.submit), (anna_counts, StockCount.submit, approve), (StockCount.cancel,)]
)
def test_a_counted_line_is_recorded_whatever_became_of_the_count(acts: tuple[object, ...]) -> None:
    it = given(count(), *acts)  # type: ignore[arg-type]  # each is an act on a count

    anna_counts(it)

    assert [topic for topic, _ in then(it)] == ["count.line_counted"]


def test_a_count_is_submitted_once() -> None:
    it = given(count(), anna_counts)

    it.submit()
    it.submit()

    assert then(it) == [("count.submitted", {"location": VAN})]


def test_a_count_of_nothing_is_not_submitted() -> None:
    with pytest.raises(NothingCounted):
        count().submit()


def test_a_submitted_count_is_approved_by_somebody_else() -> None:
    it = given(count(), anna_counts, StockCount.submit)

    it.approve(by=CHIEF)

    assert then(it) == [("count.approved", {"location": VAN, "by": CHIEF})]


def test_a_counter_does_not_approve() -> None:
    it = given(count(), anna_counts, StockCount.submit)

    with pytest.raises(ApprovedByCounter):
        it.approve(by=ANNA)


def test_a_counter_does_not_approve_under_another_id() -> None:
    it = given(count(), anna_counts, StockCount.submit)

    with pytest.raises(ApprovedByCounter):
        it.approve(by=CHIEF, technician=ANNA)


def test_none_of_several_counters_approves() -> None:
    it = given(count(), anna_counts, anna_counts, StockCount.submit)
    it.record_line(part=PUMP, location=VAN, quantity=Decimal(6), blind=True, counter=BEN)

    with pytest.raises(ApprovedByCounter):
        it.approve(by=BEN)


def test_a_count_that_was_not_submitted_is_not_approved() -> None:
    with pytest.raises(NotSubmitted):
        given(count(), anna_counts).approve(by=CHIEF)


def test_a_line_after_the_approval_asks_for_another_approval() -> None:
    it = given(count(), anna_counts, StockCount.submit, approve, anna_counts)

    it.approve(by=CHIEF)

    assert then(it) == [("count.approved", {"location": VAN, "by": CHIEF})]


def test_a_count_is_approved_once() -> None:
    it = given(count(), anna_counts, StockCount.submit, approve)

    with pytest.raises(NotSubmitted):
        it.approve(by=CHIEF)


def test_a_cancelled_count_keeps_its_lines() -> None:
    it = given(count(), anna_counts)

    it.cancel()

    assert then(it) == [("count.cancelled", {"location": VAN})]
    assert it.counted_by(ANNA)


def test_a_count_that_is_over_is_neither_submitted_nor_cancelled() -> None:
    cancelled = given(count(), anna_counts, StockCount.cancel)
    approved = given(count(), anna_counts, StockCount.submit, approve)

    for it in (cancelled, approved):
        with pytest.raises(CountIsOver):
            it.submit()
        with pytest.raises(CountIsOver):
            it.cancel()


def test_a_line_does_not_bring_a_cancelled_count_back() -> None:
    it = given(count(), anna_counts, StockCount.cancel, anna_counts)

    with pytest.raises(NotSubmitted):
        it.approve(by=CHIEF)
