"""A unit with a number of its own is in one place; a second claim loses nothing and is somebody's to look into."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.stock.discrepancy import discrepancy_id
from domain.stock.stock_movement import StockMovement
from tests.support.memory_discrepancies import positions
from tests.support.memory_events import later
from tests.support.serials import MACHINE, OTHER_MACHINE, S1, S2, SerialOffice, revised
from tests.support.stock import (
    CUSTOMER,
    OTHER_VAN,
    PART,
    TRANSIT,
    VAN,
    WAREHOUSE,
    bought,
    moved,
    on_hand,
    used,
)


@pytest.fixture
def office() -> SerialOffice:
    return SerialOffice()


def use(serial: str = S1, from_: UUID = VAN, **more: Any) -> StockMovement:
    return used(1, from_, serials=(serial,), **more)


def test_a_unit_is_where_the_last_movement_that_names_it_has_brought_it(office: SerialOffice) -> None:
    office.buy(to=WAREHOUSE)
    assert office.unit()["location"] == WAREHOUSE
    office.views.record(moved("transfer_out", 1, WAREHOUSE, TRANSIT, serials=(S1,)), at=later(-50))
    office.views.record(moved("transfer_in", 1, TRANSIT, VAN, serials=(S1,)), at=later(-40))
    office.anna.record(office.views, use())

    assert office.unit()["location"] == CUSTOMER
    assert [claim["kind"] for claim in office.unit()["claims"]] == [
        "receipt",
        "transfer_out",
        "transfer_in",
        "consumption",
    ]
    assert office.found() == []


def test_a_unit_used_twice_is_one_discrepancy_with_both_uses_behind_it(office: SerialOffice) -> None:
    office.buy()
    office.ben.record(office.views, use(from_=OTHER_VAN), minutes=10)
    bens = office.views.position
    office.anna.record(office.views, use(), minutes=5)

    row = office.one("serial_elsewhere")
    assert positions(row) == [office.views.position, bens]
    assert row["id"] == discrepancy_id("serial_elsewhere", PART, S1)
    assert (row["refs"], row["part"]) == ({"part": str(PART), "serial": S1}, PART)
    assert (row["status"], row["opened_at"], row["owner_role"]) == ("open", later(10), "dispatcher")
    assert S1 in row["detail"]
    assert (on_hand(office.views, VAN), on_hand(office.views, OTHER_VAN), on_hand(office.views, CUSTOMER)) == (0, -1, 2)


def test_units_of_one_movement_are_looked_at_one_by_one(office: SerialOffice) -> None:
    office.views.record(bought(2, VAN, serials=(S1, S2, S1)), at=later(-60))
    office.anna.record(office.views, use(S1), minutes=1)
    office.anna.record(office.views, used(2, serials=(S1, S2)), minutes=2)

    assert office.one("serial_elsewhere")["refs"]["serial"] == S1
    assert [len(office.unit(serial)["claims"]) for serial in (S1, S2)] == [3, 2]


def test_a_unit_that_never_came_is_unknown_until_its_receipt_arrives(office: SerialOffice) -> None:
    office.anna.record(office.views, use(), minutes=5)
    row = office.one("serial_unknown")
    assert (positions(row), row["opened_at"]) == ([office.views.position], later(5))
    assert row["refs"] == {"part": str(PART), "serial": S1}

    office.buy(minutes=-60)

    assert office.found("serial_unknown") == []
    assert office.found("serial_elsewhere") == []


def test_a_receipt_after_the_use_does_not_explain_it(office: SerialOffice) -> None:
    office.anna.record(office.views, use())
    office.buy(minutes=30)

    assert {row["kind"] for row in office.found() if row["kind"].startswith("serial")} == {
        "serial_unknown",
        "serial_elsewhere",
    }


@pytest.mark.parametrize(
    ("kind", "from_"), [("removal", CUSTOMER), ("removal", MACHINE), ("transfer_in", TRANSIT), ("return_in", CUSTOMER)]
)
def test_what_comes_from_no_shelf_of_ours_becomes_known_by_coming(office: SerialOffice, kind: Any, from_: UUID) -> None:
    office.anna.record(office.views, moved(kind, 1, from_, VAN, serials=(S1,)))
    office.anna.record(office.views, use(), minutes=5)

    assert office.found() == []


def test_a_machine_is_with_the_customer_whichever_was_said(office: SerialOffice) -> None:
    office.buy()
    office.anna.record(office.views, use())
    office.anna.record(office.views, moved("removal", 1, MACHINE, VAN, serials=(S1,)), minutes=1)
    office.anna.record(office.views, moved("consumption", 1, VAN, MACHINE, serials=(S1,)), minutes=2)
    office.anna.record(office.views, moved("removal", 1, CUSTOMER, VAN, serials=(S1,)), minutes=3)
    assert office.found() == []

    office.anna.record(office.views, moved("consumption", 1, VAN, MACHINE, serials=(S1,)), minutes=4)
    office.anna.record(office.views, moved("removal", 1, OTHER_MACHINE, VAN, serials=(S1,)), minutes=5)
    assert len(office.found("serial_elsewhere")) == 1


def test_a_customer_is_no_shelf(office: SerialOffice) -> None:
    office.buy()
    office.anna.record(office.views, use())
    office.ben.record(office.views, moved("transfer_out", 1, WAREHOUSE, TRANSIT, serials=(S1,)), minutes=5)

    assert positions(office.one("serial_elsewhere")) == [office.views.position - 1, office.views.position]


def test_bought_twice_under_one_number_does_not_fit(office: SerialOffice) -> None:
    office.buy(to=WAREHOUSE)
    office.buy(to=WAREHOUSE, minutes=0)

    assert len(office.one("serial_elsewhere")["events"]) == 2


def test_a_phone_keeps_its_own_order_whatever_its_clock_said(office: SerialOffice) -> None:
    office.anna.record(office.views, moved("removal", 1, CUSTOMER, VAN, serials=(S1,)), minutes=20)
    office.anna.record(office.views, use(), minutes=10)

    assert office.found() == []
    assert office.unit()["location"] == CUSTOMER


@pytest.mark.parametrize("first", [0, 1])
def test_taking_the_wrong_use_back_closes_it(office: SerialOffice, first: int) -> None:
    office.buy()
    uses = [use(), use(from_=OTHER_VAN)]
    office.anna.record(office.views, uses[first], minutes=5)
    office.ben.record(office.views, uses[1 - first], minutes=5)
    assert len(office.found("serial_elsewhere")) == 1

    back = uses[1].reverse(id=uuid4(), reason="fact_corrected")
    office.views.record(back, at=later(60))
    assert office.found("serial_elsewhere") == []

    office.views.record(back.reverse(id=uuid4(), reason="it was true after all"), at=later(70))
    assert len(office.found("serial_elsewhere")) == 1


def test_all_taken_back_leaves_a_unit_nowhere(office: SerialOffice) -> None:
    removed = moved("removal", 1, CUSTOMER, VAN, serials=(S1,))
    office.anna.record(office.views, removed)
    office.anna.record(office.views, removed.reverse(id=uuid4(), reason="fact_corrected"), minutes=1)

    assert (office.unit()["location"], len(office.unit()["claims"])) == (None, 2)


def test_only_parts_told_by_serial_number_have_misfits_of_it(office: SerialOffice) -> None:
    office.anna.record(office.views, use())
    assert len(office.found("serial_unknown")) == 1

    office.views.record(revised("lot"))
    assert office.found("serial_unknown") == []

    office.views.record(revised("serial"))
    assert len(office.found("serial_unknown")) == 1


def test_movements_that_name_no_number_are_not_looked_at(office: SerialOffice) -> None:
    office.views.record(used(1))

    assert {row["kind"] for row in office.found()} == {"negative_book", "serial_missing"}


def test_a_number_with_a_character_that_no_table_holds_is_one_number(office: SerialOffice) -> None:
    office.views.record(bought(1, VAN, serials=("A\0",)), at=later(-9))
    office.anna.record(office.views, use("A\ufffd"))

    assert office.found() == []
