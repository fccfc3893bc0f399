"""What people decide about a unit that two movements claim, and what ends it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from domain.stock.discrepancy import Discrepancy, discrepancy_id
from domain.stock.stock_movement import StockMovement
from tests.support.memory_events import later
from tests.support.serials import S1, S2, SerialOffice
from tests.support.stock import OTHER_VAN, PART, TRANSIT, UNEXPLAINED, VAN, WAREHOUSE, moved, used

BOSS = UUID(int=82)


@pytest.fixture
def office() -> SerialOffice:
    return SerialOffice()


def use(serial: str = S1, from_: UUID = VAN, **more: Any) -> StockMovement:
    return used(1, from_, serials=(serial,), **more)


def decided(office: SerialOffice, act: str, **fields: Any) -> None:
    decisions = office.taken_up(office.one("serial_elsewhere"))
    getattr(decisions, act)(**fields)
    office.views.record(decisions, at=later(30))


def used_twice(office: SerialOffice) -> None:
    office.buy()
    office.anna.record(office.views, use())
    office.ben.record(office.views, use(from_=OTHER_VAN), minutes=5)


@pytest.mark.parametrize(
    ("act", "fields", "status"),
    [
        ("explain", {"by_event": PART, "by": BOSS}, "explained"),
        ("write_off", {"reason": "unknown", "approved_by": BOSS}, "settled"),
    ],
)
def test_a_decision_settles_it_until_the_unit_is_claimed_again(
    office: SerialOffice, act: str, fields: dict[str, Any], status: str
) -> None:
    used_twice(office)
    decided(office, act, **fields)
    assert office.one("serial_elsewhere")["status"] == status

    office.anna.record(office.views, use(), minutes=40)
    assert office.one("serial_elsewhere")["status"] == "open"


def test_an_adjustment_says_where_the_unit_is_and_is_no_claim_against_it(office: SerialOffice) -> None:
    used_twice(office)
    found = moved("adjustment", 1, UNEXPLAINED, WAREHOUSE, serials=(S1,))
    office.views.record(found, at=later(30))
    decided(office, "adjust", movements=(found.id,), approved_by=BOSS)
    office.views.record(moved("transfer_out", 1, WAREHOUSE, TRANSIT, serials=(S1,)), at=later(50))

    row = office.one("serial_elsewhere")
    assert (row["status"], row["open"], len(row["events"])) == ("settled", False, 2)
    assert office.unit()["location"] == TRANSIT


def test_a_decision_about_what_has_gone_meanwhile_still_names_the_unit(office: SerialOffice) -> None:
    office.buy()
    for serial in (S2, S1):
        id = discrepancy_id("serial_unknown", PART, serial)
        taken_up = Discrepancy.take_up(id=id, kind="serial_unknown", refs=(PART,))
        taken_up.assign(BOSS)
        office.views.record(taken_up)

    statuses = {row["refs"].get("serial"): row["status"] for row in office.found("serial_unknown")}
    assert statuses == {S1: "closed", None: "closed"}
