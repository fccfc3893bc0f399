"""A fact whose units do not fit is a discrepancy with an owner, in whatever order it arrives. Issue 9, 4."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.stock.part import Part, PartName
from domain.stock.stock_count import StockCount
from domain.stock.stock_movement import StockMovement, correction_id
from projections.stock.discrepancies import Discrepancies
from projections.stock.discrepancy_row import DISCREPANCIES
from tests.support.memory_discrepancies import Office, positions
from tests.support.memory_events import Phone, ViewsInMemory, later
from tests.support.stock import PART, VAN, WAREHOUSE, bought, places, used


def revised(tracking: Any) -> Part:
    part = Part.register(id=PART, number="P-1", names=(PartName("en", "Pump"),), unit="piece")
    part.collect_events()
    part.revise(names=(PartName("en", "Board"),), tracking=tracking, criticality=None, gtins=())
    return part


def taken(from_: UUID, to: UUID, **fields: Any) -> StockMovement:
    whole: Any = {"id": uuid4(), "kind": "transfer_out", "part": PART, "from_": from_, "to": to} | fields
    return StockMovement.record(**whole)


def office(tracking: str) -> Office:
    made = Office()
    if tracking != "none":
        made.views.record(revised(tracking))
    return made


@pytest.mark.parametrize(
    ("tracking", "kind", "fields"),
    [
        ("serial", "serial_duplicate", {"quantity": Decimal(2), "serials": ("A", "A")}),
        ("serial", "serial_missing", {"quantity": Decimal(1)}),
        ("serial", "serial_count", {"quantity": Decimal(1), "serials": ("A", "B")}),
        ("serial", "fraction_of_unit", {"quantity": Decimal("0.5"), "serials": ("A",)}),
        ("lot", "lot_missing", {"quantity": Decimal(1)}),
        ("none", "unit_mismatch", {"quantity": Decimal(1), "unit": "m"}),
    ],
)
def test_a_fact_that_does_not_fit_is_a_discrepancy(tracking: str, kind: str, fields: dict[str, Any]) -> None:
    company = office(tracking)
    movement = taken(VAN, UUID(int=99), **fields)

    operation = company.anna.record(company.views, movement, minutes=5)

    row = company.one(kind)
    assert row["refs"] == {"location": str(VAN), "part": str(PART)}
    assert (row["status"], row["open"], row["owner_role"]) == ("open", True, "dispatcher")
    assert [event["operation"] for event in row["events"]] == [str(operation)]
    company.anna.record(company.views, movement.reverse(id=correction_id(movement.id), reason="fact_corrected"))
    assert company.found(kind) == []


def test_what_was_taken_back_by_mistake_stands_again() -> None:
    company = office("serial")
    movement = used(1, id=UUID(int=5))
    company.anna.record(company.views, movement, minutes=5)
    back = movement.reverse(id=correction_id(movement.id), reason="fact_corrected")
    company.anna.record(company.views, back, minutes=6)
    again = back.reverse(id=correction_id(back.id), reason="fact_corrected")
    company.anna.record(company.views, again, minutes=7)

    assert len(company.one("serial_missing")["events"]) == 1


def test_a_count_in_another_unit_or_of_half_a_unit_is_one_too() -> None:
    company = office("serial")
    count = StockCount.start(id=UUID(int=7), location=VAN)
    count.record_line(part=PART, location=VAN, quantity=Decimal("1.5"), blind=False, unit="box")

    company.anna.record(company.views, count, minutes=5)

    assert len(company.one("fraction_of_unit")["events"]) == 1
    assert len(company.one("unit_mismatch")["events"]) == 1


def test_one_place_and_part_is_one_discrepancy_with_all_its_causes() -> None:
    company = office("serial")
    for _ in range(3):
        company.anna.record(company.views, used(1), minutes=5)

    assert len(positions(company.one("serial_missing"))) == 3


def test_a_part_that_is_catalogued_later_is_judged_then() -> None:
    views = ViewsInMemory(Discrepancies())
    places(views)
    phone = Phone(1)
    views.record(phone.device)
    phone.record(views, used(1), minutes=-5)
    assert {row["kind"] for row in views.all(DISCREPANCIES)} >= {"unknown_part"}

    names = (PartName("en", "Board"),)
    views.record(Part.register(id=PART, number="P-1", names=names, unit="piece", tracking="serial"))

    assert {row["kind"] for row in views.all(DISCREPANCIES)} == {"serial_missing", "negative_book"}


def test_what_happened_before_the_catalogue_asked_for_serials_fits_whenever_it_arrives() -> None:
    company = Office()
    company.anna.record(company.views, used(1), minutes=-5)
    company.views.record(revised("serial"))
    company.ben.record(company.views, used(1), minutes=-4)
    company.ben.record(company.views, used(1), minutes=4)

    assert len(company.one("serial_missing")["events"]) == 1


def test_more_of_a_lot_than_there_is() -> None:
    company = office("lot")
    company.views.record(bought(5, VAN, lot="L1"), at=later(-60))
    company.anna.record(company.views, used(3, lot="L1"), minutes=5)
    assert company.found("lot_short") == []
    company.anna.record(company.views, used(1, lot="L2"), minutes=5)
    company.anna.record(company.views, used(3, lot=" L1"), minutes=6)

    short = {row["refs"]["lot"]: row for row in company.found("lot_short")}
    assert set(short) == {"L1", "L2"}
    assert len(short["L1"]["events"]) == 1
    assert short["L1"]["opened_at"] == later(6)
    row = short["L1"]
    decision = company.taken_up(row)
    decision.write_off(reason="spilled", approved_by=UUID(int=82))
    company.views.record(decision)
    assert company.views.row(DISCREPANCIES, row["id"])["status"] == "settled"
    company.views.record(bought(1, VAN, lot="L1"), at=later(-50))
    assert company.views.row(DISCREPANCIES, row["id"])["refs"]["lot"] == "L1"
    assert company.views.row(DISCREPANCIES, row["id"])["status"] == "closed"


def test_a_unit_received_twice_is_a_discrepancy() -> None:
    company = office("serial")
    for place in (VAN, WAREHOUSE):
        company.views.record(bought(1, place, serials=("A",)), at=later(-60))

    assert len(company.one("serial_elsewhere")["events"]) == 2
