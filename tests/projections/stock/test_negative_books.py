"""A book below zero is a discrepancy for as long as it is below zero."""

from __future__ import annotations

import pytest

from domain.stock.location import Location
from tests.support.memory_discrepancies import Office, positions
from tests.support.memory_events import later
from tests.support.stock import CUSTOMER, PART, TRANSIT, VAN, WAREHOUSE, approved, bought, counted, moved, on_hand, used
from tests.support.work_orders import ANNA, BEN


@pytest.fixture
def office() -> Office:
    made = Office()
    made.views.record(bought(1, VAN), at=later(-30))
    return made


def test_the_last_part_used_twice_is_one_discrepancy_with_both_uses_behind_it(office: Office) -> None:
    office.anna.record(office.views, used(1), minutes=10)
    assert office.found() == []
    office.ben.record(office.views, used(1), minutes=5)

    row = office.one("negative_book")
    assert on_hand(office.views, VAN) == -1
    assert row["refs"] == {"location": str(VAN), "part": str(PART)}
    assert (row["status"], row["opened_at"]) == ("open", later(10))
    assert positions(row) == [office.views.position - 1]


def test_the_book_is_negative_since_it_last_fell_below_zero(office: Office) -> None:
    office.views.record(used(2), at=later(0))
    office.views.record(bought(2, VAN), at=later(10))
    office.views.record(used(2), at=later(20))
    office.views.record(used(3), at=later(30))

    row = office.one("negative_book")
    assert (row["opened_at"], positions(row)) == (later(20), [office.views.position - 1, office.views.position])
    assert "-4" in row["detail"]


def test_a_late_receipt_closes_it_and_leaves_nothing(office: Office) -> None:
    office.views.record(used(2))
    assert len(office.found()) == 1

    office.views.record(bought(1, VAN), at=later(-20))

    assert office.found() == []


def test_a_count_that_is_approved_closes_it(office: Office) -> None:
    office.views.record(used(2))
    count = counted(0)
    office.views.record(count, at=later(10))
    assert len(office.found("negative_book")) == 1

    office.views.record(approved(count), at=later(20))
    assert office.found("negative_book") == []

    office.views.record(used(1), at=later(30))
    assert office.one("negative_book")["opened_at"] == later(30)


def test_taking_the_use_back_closes_it(office: Office) -> None:
    use = used(2)
    office.views.record(use)
    office.views.record(use.reverse(id=CUSTOMER, reason="fact_corrected"))

    assert office.found() == []


def test_only_where_parts_lie_is_a_book_below_zero_wrong(office: Office) -> None:
    office.views.record(moved("transfer_in", 5, TRANSIT, VAN))
    assert (on_hand(office.views, TRANSIT), office.found()) == (-5, [])

    office.views.record(moved("transfer_out", 5, WAREHOUSE, TRANSIT))
    assert office.one("negative_book")["location"] == WAREHOUSE


def test_the_custodian_of_the_van_looks_into_it_and_so_does_the_next_one(office: Office) -> None:
    van = Location.register(id=VAN, kind="van", name="Van 1")
    van.take_custody(ANNA)
    office.views.record(van)
    office.views.record(used(2))
    assert (office.one("negative_book")["owner"], office.one("negative_book")["owner_role"]) == (ANNA, None)

    van.take_custody(BEN)
    office.views.record(van)
    assert office.one("negative_book")["owner"] == BEN
