"""Facts of a device about somebody else's things: recorded, flagged, and without effect on those things."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.kernel.envelope import Envelope
from domain.stock.location import VIRTUAL
from domain.stock.stock_movement import StockMovement, correction_id
from domain.work.visit import Visit
from domain.work.visit_status import Status
from domain.work.work_order import WorkOrder
from store.log import EventLog
from sync.outcome import Result
from tests.support.field_setup import NOON, Field, Phone, save


def codes(result: Result) -> list[str]:
    return [notice["code"] if isinstance(notice, dict) else notice.code for notice in result.notices]


def receipt(field: Field) -> UUID:
    """A movement that the office has made."""
    moved = StockMovement.record(
        id=uuid4(),
        kind="receipt",
        part=field.part,
        quantity=Decimal(50),
        from_=VIRTUAL["supplier"],
        to=field.van,
        technician=field.anna,
    )
    save(field.log, moved)
    return moved.id


def is_reversed(log: EventLog, movement: UUID) -> bool:
    return log.work().find(StockMovement, correction_id(movement)) is not None


def planned(field: Field, order: UUID, technician: UUID | None) -> UUID:
    """A visit that the office has planned, with or without somebody to go."""
    visit = Visit.plan(
        id=uuid4(),
        work_order=order,
        customer=field.customer,
        technician=technician,
        zone="Europe/Berlin",
        window_start=NOON,
        window_end=NOON + timedelta(hours=2),
    )
    save(field.log, visit)
    return visit.id


def visit_of(log: EventLog, visit: UUID) -> Visit:
    return log.work().get(Visit, visit)


@pytest.mark.parametrize("whose", ["the office", "another technician"])
def test_what_somebody_else_recorded_is_not_taken_back(field: Field, phone: Phone, other: Phone, whose: str) -> None:
    """Issue 8, 8: the movement stays as it is, and the correction waits for the office."""
    if whose == "the office":
        movement = receipt(field)
    else:
        used = other.operation("part_used", field.use(field.order(field.boris)))
        movement = UUID(used["id"])
        assert other.result(used).status == "applied"

    result = phone.result(phone.operation("fact_corrected", {"operation": str(movement)}))

    assert (result.status, result.problem and result.problem["type"].rpartition("/")[2]) == (
        "quarantined",
        "unknown-reference",
    )
    assert not is_reversed(field.log, movement)


def test_another_device_of_the_same_technician_may_take_a_fact_back(field: Field, phone: Phone) -> None:
    """Issue 8, 8: own is what the technician has recorded, on whichever phone."""
    used = phone.operation("part_used", field.use(field.order()))
    phone.result(used)
    second = Phone(field.log, field.anna)

    result = second.result(second.operation("fact_corrected", {"operation": used["id"]}))

    assert result.status == "applied"
    assert is_reversed(field.log, UUID(used["id"]))


def test_an_own_fact_of_the_same_push_is_taken_back_and_a_stranger_s_is_not(field: Field, phone: Phone) -> None:
    """Issue 8, 8."""
    used = phone.operation("part_used", field.use(field.order()))
    back = phone.operation("fact_corrected", {"operation": used["id"]})
    foreign = phone.operation("fact_corrected", {"operation": str(receipt(field))})

    assert [one.status for one in phone.send(used, back, foreign).results] == ["applied", "applied", "quarantined"]


STEPS: dict[str, dict[str, Any]] = {
    "visit_accepted": {},
    "travel_started": {},
    "arrived": {},
    "work_paused": {},
    "work_resumed": {},
    "visit_done": {},
    "visit_not_done": {"reason": "no_access"},
    "signed": {"sha256": "a" * 64, "size": 1, "media_type": "image/png"},
}


@pytest.mark.parametrize("step", STEPS)
def test_a_step_of_somebody_else_s_visit_is_flagged_and_moves_nothing(field: Field, phone: Phone, step: str) -> None:
    """Issue 8, 8: Boris has the visit, and nobody the order."""
    order = WorkOrder.open(id=uuid4(), number="W-2", customer=field.customer)
    save(field.log, order)
    visit = planned(field, order.id, field.boris)

    result = phone.result(phone.operation(step, {"visit": str(visit), **STEPS[step]}))

    assert (result.status, codes(result)) == ("conflicted", ["foreign_visit"])
    it = visit_of(field.log, visit)
    assert (it.technician, it.status) == (field.boris, Status.PLANNED)


@pytest.mark.parametrize("assigned", [False, True])
def test_a_visit_that_nobody_has_is_not_taken_by_a_stranger(field: Field, phone: Phone, *, assigned: bool) -> None:
    """Issue 8, 9: neither while its order is nobody's nor while that is Boris's."""
    order = WorkOrder.open(id=uuid4(), number="W-2", customer=field.customer)
    if assigned:
        order.assign(field.boris)
    save(field.log, order)
    visit = planned(field, order.id, None)

    result = phone.result(phone.operation("visit_accepted", {"visit": str(visit)}))

    assert (result.status, codes(result)) == (
        "conflicted",
        ["work_after_reassignment" if assigned else "foreign_visit"],
    )
    it = visit_of(field.log, visit)
    assert (it.technician, it.status) == (None, Status.PLANNED)


def test_a_visit_that_nobody_has_is_taken_by_whoever_has_its_order(field: Field, phone: Phone) -> None:
    """Issue 8, 9: that is what it was always for."""
    visit = planned(field, field.order(), None)

    assert phone.result(phone.operation("visit_accepted", {"visit": str(visit)})).status == "applied"
    assert visit_of(field.log, visit).technician == field.anna


def test_an_event_of_the_office_under_an_operation_s_id_is_not_the_device_s(field: Field, phone: Phone) -> None:
    """Issue 8, 8: what the office does for a technician, the technician's phone does not take back."""
    operation, order = uuid4(), field.order()
    work = field.log.work()
    it = work.get(WorkOrder, order)
    it.record_note("The office's words")
    work.add(Envelope(occurred_at=NOON, role="dispatcher", actor=field.anna, operation_id=operation), it)
    work.commit()

    result = phone.result(phone.operation("fact_corrected", {"operation": str(operation)}))

    assert result.status == "quarantined"
