"""Stock is right whatever arrives when."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from domain.access.device import Device
from projections.stock.stock import STOCK, Stock
from tests.support.logs import NOON
from tests.support.memory_events import News, Phone, later
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
def news() -> News:
    made = News(Stock())
    places(made)
    return made


def test_a_movement_takes_from_one_place_and_gives_to_the_other(news: News) -> None:
    news.tell(bought(12))
    news.tell(moved("transfer_out", 5, WAREHOUSE, TRANSIT))
    news.tell(moved("transfer_in", 4, TRANSIT, VAN))

    balances = {place: on_hand(news, place) for place in (SUPPLIER, WAREHOUSE, TRANSIT, VAN)}
    assert balances == {SUPPLIER: -12, WAREHOUSE: 7, TRANSIT: 1, VAN: 4}
    assert total(news) == 0


def test_stock_that_has_reached_zero_stays_on_the_list(news: News) -> None:
    news.tell(bought(1, VAN), at=later(1))
    news.tell(used(1), at=later(2))

    row = news.row(STOCK, VAN, PART)
    assert (row["on_hand"], row["moved_at"]) == (0, later(2))


def test_more_may_be_used_than_the_book_knows_of(news: News) -> None:
    news.tell(used(3))

    assert on_hand(news, VAN) == -3
    assert total(news) == 0


def test_what_was_seen_is_shown_before_anybody_approves_it(news: News) -> None:
    news.tell(bought(5, VAN))
    news.tell(counted(4), at=later(20))
    news.tell(counted(9), at=later(10))

    row = news.row(STOCK, VAN, PART)
    assert (row["on_hand"], row["counted"], row["counted_at"]) == (5, 4, later(20))


def test_a_count_of_9000_dated_before_the_last_movement_still_gives_11000(news: News) -> None:
    news.tell(bought(10_000), at=later(0))
    news.tell(bought(2_000), at=later(20))

    count = counted(9_000, WAREHOUSE)
    news.tell(count, at=later(10))
    news.tell(approved(count), at=later(30))

    assert on_hand(news, WAREHOUSE) == 11_000
    assert on_hand(news, UNEXPLAINED) == 1_000
    assert total(news) == 0


def test_a_late_movement_from_before_a_count_explains_its_variance_and_moves_no_balance(news: News) -> None:
    news.tell(bought(10, VAN), at=later(0))
    count = counted(7)
    news.tell(count, at=later(10))
    news.tell(approved(count), at=later(15))
    assert (on_hand(news, VAN), on_hand(news, UNEXPLAINED)) == (7, 3)

    news.tell(used(3), at=later(5))

    assert (on_hand(news, VAN), on_hand(news, UNEXPLAINED), on_hand(news, CUSTOMER)) == (7, 0, 3)
    assert total(news) == 0


def test_an_earlier_count_that_is_approved_later_changes_nothing(news: News) -> None:
    news.tell(bought(10, VAN), at=later(0))
    first, second = counted(8), counted(6)
    news.tell(first, at=later(10))
    news.tell(second, at=later(20))
    news.tell(approved(second))
    news.tell(approved(first))

    assert on_hand(news, VAN) == 6


def test_within_one_device_the_sequence_says_what_came_first_and_not_its_clock(news: News) -> None:
    phone = Phone(1)
    news.tell(bought(10, VAN), phone.device, at=later(-60))
    count = counted(9)
    phone.tell(news, count, minutes=30)
    phone.tell(news, used(2), minutes=5)  # its clock was put back in between
    news.tell(approved(count), at=later(60))

    assert on_hand(news, VAN) == 7


def test_a_device_that_begins_a_new_sequence_is_told_apart_by_the_clock(news: News) -> None:
    phone = Phone(1)
    count = counted(9)
    phone.seq = 900
    news.tell(phone.device)
    phone.tell(news, count, minutes=30)
    news.tell(approved(count))
    renewed: Device = phone.device
    renewed.reenrol(technician=phone.technician, install_id="new", name="phone", platform="test", app_version="2")
    news.tell(renewed)
    phone.seq = 0
    phone.tell(news, used(2), minutes=40)

    assert on_hand(news, VAN) == 7


def test_what_was_put_aside_is_placed_by_the_sequence_it_was_told_in(news: News) -> None:
    phone = Phone(1)
    news.tell(bought(10, VAN), phone.device, at=later(-60))
    phone.seq = 1
    count = counted(9)
    phone.tell(news, count, minutes=5, incarnation=1)  # its clock was put back in between
    renewed: Device = phone.device
    renewed.reenrol(technician=phone.technician, install_id="new", name="phone", platform="test", app_version="2")
    news.tell(renewed, approved(count), at=later(60))
    phone.tell(news, used(2), minutes=30, device_seq=1, incarnation=1)

    assert on_hand(news, VAN) == 9


def test_a_movement_taken_back_never_happened_so_a_count_after_it_stands(news: News) -> None:
    news.tell(bought(10, VAN), at=later(0))
    wrong = used(2)
    news.tell(wrong, at=later(5))
    count = counted(10)
    news.tell(count, at=later(10))
    news.tell(approved(count))

    news.tell(wrong.reverse(id=uuid4(), reason="fact_corrected"), at=later(20))

    assert (on_hand(news, VAN), on_hand(news, UNEXPLAINED), on_hand(news, CUSTOMER)) == (10, 0, 0)


def test_an_adjustment_that_settles_a_count_is_not_added_to_what_was_counted(news: News) -> None:
    news.tell(bought(10, VAN), at=later(0))
    count = counted(7)
    news.tell(count, at=later(10))
    news.tell(approved(count))

    news.tell(moved("adjustment", 3, VAN, UNEXPLAINED, count=count.id), at=later(20))

    assert (on_hand(news, VAN), on_hand(news, UNEXPLAINED)) == (7, 3)


def test_a_line_that_comes_after_the_approval_waits_for_the_next_one(news: News) -> None:
    news.tell(bought(10, VAN), at=later(0))
    count = counted(7)
    news.tell(count, at=later(10))
    news.tell(approved(count))
    news.tell(counted(6, count=count), at=later(12))
    assert on_hand(news, VAN) == 7

    news.tell(approved(count))
    assert on_hand(news, VAN) == 6


def test_a_count_at_one_van_leaves_the_other_alone(news: News) -> None:
    news.tell(bought(3, VAN), bought(4, OTHER_VAN))
    count = counted(1)
    news.tell(count, at=NOON + timedelta(days=1))
    news.tell(approved(count))

    assert (on_hand(news, VAN), on_hand(news, OTHER_VAN)) == (Decimal(1), Decimal(4))
