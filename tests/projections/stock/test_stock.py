"""Stock is right whatever arrives when."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from domain.access.device import Device
from projections.stock.stock import STOCK, Stock
from tests.support.logs import NOON
from tests.support.memory_events import Phone, ViewsInMemory, later
from tests.support.stock import (
    CUSTOMER,
    OTHER_VAN,
    PART,
    SUPPLIER,
    TRANSIT,
    UNEXPLAINED,
    VAN,
    WAREHOUSE,
    approved,
    bought,
    counted,
    moved,
    on_hand,
    places,
    total,
    used,
)


@pytest.fixture
def views() -> ViewsInMemory:
    made = ViewsInMemory(Stock())
    places(made)
    return made


def test_a_movement_takes_from_one_place_and_gives_to_the_other(views: ViewsInMemory) -> None:
    views.record(bought(12))
    views.record(moved("transfer_out", 5, WAREHOUSE, TRANSIT))
    views.record(moved("transfer_in", 4, TRANSIT, VAN))

    balances = {place: on_hand(views, place) for place in (SUPPLIER, WAREHOUSE, TRANSIT, VAN)}
    assert balances == {SUPPLIER: -12, WAREHOUSE: 7, TRANSIT: 1, VAN: 4}
    assert total(views) == 0


def test_stock_that_has_reached_zero_stays_on_the_list(views: ViewsInMemory) -> None:
    views.record(bought(1, VAN), at=later(1))
    views.record(used(1), at=later(2))

    row = views.row(STOCK, VAN, PART)
    assert (row["on_hand"], row["moved_at"]) == (0, later(2))


def test_more_may_be_used_than_the_book_knows_of(views: ViewsInMemory) -> None:
    views.record(used(3))

    assert on_hand(views, VAN) == -3
    assert total(views) == 0


def test_what_was_seen_is_shown_before_anybody_approves_it(views: ViewsInMemory) -> None:
    views.record(bought(5, VAN))
    views.record(counted(4), at=later(20))
    views.record(counted(9), at=later(10))

    row = views.row(STOCK, VAN, PART)
    assert (row["on_hand"], row["counted"], row["counted_at"]) == (5, 4, later(20))


def test_a_count_of_9000_dated_before_the_last_movement_still_gives_11000(views: ViewsInMemory) -> None:
    views.record(bought(10_000), at=later(0))
    views.record(bought(2_000), at=later(20))

    count = counted(9_000, WAREHOUSE)
    views.record(count, at=later(10))
    views.record(approved(count), at=later(30))

    assert on_hand(views, WAREHOUSE) == 11_000
    assert on_hand(views, UNEXPLAINED) == 1_000
    assert total(views) == 0


def test_a_late_movement_from_before_a_count_explains_its_variance_and_moves_no_balance(views: ViewsInMemory) -> None:
    views.record(bought(10, VAN), at=later(0))
    count = counted(7)
    views.record(count, at=later(10))
    views.record(approved(count), at=later(15))
    assert (on_hand(views, VAN), on_hand(views, UNEXPLAINED)) == (7, 3)

    views.record(used(3), at=later(5))

    assert (on_hand(views, VAN), on_hand(views, UNEXPLAINED), on_hand(views, CUSTOMER)) == (7, 0, 3)
    assert total(views) == 0


def test_an_earlier_count_that_is_approved_later_changes_nothing(views: ViewsInMemory) -> None:
    views.record(bought(10, VAN), at=later(0))
    first, second = counted(8), counted(6)
    views.record(first, at=later(10))
    views.record(second, at=later(20))
    views.record(approved(second))
    views.record(approved(first))

    assert on_hand(views, VAN) == 6


def test_within_one_device_the_sequence_says_what_came_first_and_not_its_clock(views: ViewsInMemory) -> None:
    phone = Phone(1)
    views.record(bought(10, VAN), phone.device, at=later(-60))
    count = counted(9)
    phone.record(views, count, minutes=30)
    phone.record(views, used(2), minutes=5)  # its clock was put back in between
    views.record(approved(count), at=later(60))

    assert on_hand(views, VAN) == 7


def test_a_device_that_begins_a_new_sequence_is_told_apart_by_the_clock(views: ViewsInMemory) -> None:
    phone = Phone(1)
    count = counted(9)
    phone.seq = 900
    views.record(phone.device)
    phone.record(views, count, minutes=30)
    views.record(approved(count))
    renewed: Device = phone.device
    renewed.reenrol(technician=phone.technician, install_id="new", name="phone", platform="test", app_version="2")
    views.record(renewed)
    phone.seq = 0
    phone.record(views, used(2), minutes=40)

    assert on_hand(views, VAN) == 7


def test_what_was_put_aside_is_placed_by_the_sequence_it_was_told_in(views: ViewsInMemory) -> None:
    phone = Phone(1)
    views.record(bought(10, VAN), phone.device, at=later(-60))
    phone.seq = 1
    count = counted(9)
    phone.record(views, count, minutes=5, incarnation=1)  # its clock was put back in between
    renewed: Device = phone.device
    renewed.reenrol(technician=phone.technician, install_id="new", name="phone", platform="test", app_version="2")
    views.record(renewed, approved(count), at=later(60))
    phone.record(views, used(2), minutes=30, device_seq=1, incarnation=1)

    assert on_hand(views, VAN) == 9


def test_a_movement_taken_back_never_happened_so_a_count_after_it_stands(views: ViewsInMemory) -> None:
    views.record(bought(10, VAN), at=later(0))
    wrong = used(2)
    views.record(wrong, at=later(5))
    count = counted(10)
    views.record(count, at=later(10))
    views.record(approved(count))

    views.record(wrong.reverse(id=uuid4(), reason="fact_corrected"), at=later(20))

    assert (on_hand(views, VAN), on_hand(views, UNEXPLAINED), on_hand(views, CUSTOMER)) == (10, 0, 0)


def test_an_adjustment_that_settles_a_count_is_not_added_to_what_was_counted(views: ViewsInMemory) -> None:
    views.record(bought(10, VAN), at=later(0))
    count = counted(7)
    views.record(count, at=later(10))
    views.record(approved(count))

    views.record(moved("adjustment", 3, VAN, UNEXPLAINED, count=count.id), at=later(20))

    assert (on_hand(views, VAN), on_hand(views, UNEXPLAINED)) == (7, 3)


def test_a_line_that_comes_after_the_approval_waits_for_the_next_one(views: ViewsInMemory) -> None:
    views.record(bought(10, VAN), at=later(0))
    count = counted(7)
    views.record(count, at=later(10))
    views.record(approved(count))
    views.record(counted(6, count=count), at=later(12))
    assert on_hand(views, VAN) == 7

    views.record(approved(count))
    assert on_hand(views, VAN) == 6


def test_a_count_at_one_van_leaves_the_other_alone(views: ViewsInMemory) -> None:
    views.record(bought(3, VAN), bought(4, OTHER_VAN))
    count = counted(1)
    views.record(count, at=NOON + timedelta(days=1))
    views.record(approved(count))

    assert (on_hand(views, VAN), on_hand(views, OTHER_VAN)) == (Decimal(1), Decimal(4))
