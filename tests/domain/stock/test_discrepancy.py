"""What people decide about a discrepancy, and that nobody settles what they caused."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from domain.stock.discrepancy import Discrepancy, NothingAdjusted, discrepancy_id
from domain.stock.discrepancy_kinds import DISCREPANCY_KINDS
from domain.stock.movement_rules import ReasonNotNamed, SettledByItsCause
from tests.support.given_when_then import given, then

VAN, PUMP, ANNA, BEN, CHIEF, LATE = uuid4(), uuid4(), uuid4(), uuid4(), uuid4(), uuid4()

SETTLE: list[Callable[[Discrepancy, UUID], None]] = [
    lambda it, by: it.explain(by_event=LATE, by=by, caused_by=(ANNA, BEN)),
    lambda it, by: it.adjust(movements=(LATE,), approved_by=by, caused_by=(ANNA, BEN)),
    lambda it, by: it.write_off(reason="gone", approved_by=by, caused_by=(ANNA, BEN)),
]


def negative() -> Discrepancy:
    id_ = discrepancy_id("negative_book", VAN, PUMP)
    return Discrepancy.take_up(id=id_, kind="negative_book", refs=(VAN, PUMP))


def test_the_same_misfit_always_has_the_same_id() -> None:
    van, pump = UUID(int=1), UUID(int=2)

    assert discrepancy_id("negative_book", van, pump) == UUID("42888a42-d6ca-521c-979f-b4157666b6ba")
    others = {discrepancy_id(kind, van, pump) for kind in DISCREPANCY_KINDS} | {discrepancy_id("negative_book", pump)}
    assert len(others) == len(DISCREPANCY_KINDS) + 1


def test_who_first_decides_takes_it_up() -> None:
    assert then(negative()) == [("discrepancy.taken_up", {"kind": "negative_book", "refs": (VAN, PUMP)})]


def test_a_discrepancy_is_given_to_one_after_another() -> None:
    it = given(negative(), lambda one: one.assign(ANNA))

    it.assign(BEN)
    it.assign(BEN)

    assert then(it) == [("discrepancy.assigned", {"kind": "negative_book", "to": BEN, "previous": ANNA})]


def test_a_late_event_explains_it() -> None:
    it = given(negative())

    it.explain(by_event=LATE, by=CHIEF, caused_by=(ANNA,), note="van was offline")

    fields = {"kind": "negative_book", "by_event": LATE, "note": "van was offline"}
    assert then(it) == [("discrepancy.explained", fields)]
    assert it.is_settled()


def test_an_adjustment_names_its_movements_and_who_approved() -> None:
    it = given(negative())

    it.adjust(movements=(LATE,), approved_by=CHIEF, caused_by=(ANNA,))

    fields = {"kind": "negative_book", "movements": (LATE,), "approved_by": CHIEF}
    assert then(it) == [("discrepancy.adjusted", fields)]
    assert it.is_settled()


def test_an_adjustment_without_movements_is_none() -> None:
    with pytest.raises(NothingAdjusted):
        negative().adjust(movements=(), approved_by=CHIEF)


def test_a_write_off_says_why_and_who_approved() -> None:
    it = given(negative())

    it.write_off(reason="gone", approved_by=CHIEF)

    fields = {"kind": "negative_book", "approved_by": CHIEF, "reason": "gone"}
    assert then(it) == [("discrepancy.written_off", fields)]
    assert it.is_settled()


def test_a_write_off_without_a_reason_is_refused() -> None:
    with pytest.raises(ReasonNotNamed):
        negative().write_off(reason=" ", approved_by=CHIEF)


@pytest.mark.parametrize("settle", SETTLE)
def test_who_settles_is_not_who_caused_it(settle: Callable[[Discrepancy, UUID], None]) -> None:
    it = given(negative())

    with pytest.raises(SettledByItsCause):
        settle(it, BEN)

    assert then(it) == []


@pytest.mark.parametrize("settle", SETTLE)
def test_what_came_back_is_settled_again(settle: Callable[[Discrepancy, UUID], None]) -> None:
    it = given(negative(), lambda one: settle(one, CHIEF))

    settle(it, CHIEF)

    assert len(then(it)) == 1


def test_giving_a_settled_discrepancy_to_its_owner_opens_it_again() -> None:
    it = given(negative(), lambda one: one.assign(BEN), lambda one: one.write_off(reason="gone", approved_by=CHIEF))

    it.assign(BEN)

    assert [topic for topic, _ in then(it)] == ["discrepancy.assigned"]
    assert not it.is_settled()
