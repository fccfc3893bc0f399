"""The document of a discrepancy goes to technicians who caused it or are concerned by it now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.access.device import Device
from domain.kernel.aggregate import Entity
from domain.stock.discrepancy import Discrepancy, discrepancy_id
from domain.stock.location import VIRTUAL, Location
from domain.stock.part import Part, PartName
from domain.stock.stock_movement import StockMovement
from projections.documents.documents import Documents
from tests.support.jobs import ANNA, BORIS, PUMP, VAN, Office
from tests.support.logs import NOON
from tests.support.projected_log import ProjectedLog, projected_log_on
from tests.support.pulled_documents import Phone, summary

CARLA = UUID(int=5)


@pytest.fixture
def projected(database: str) -> Iterator[ProjectedLog]:
    with projected_log_on(database, Documents()) as made:
        yield made


def enrolled(projected: ProjectedLog, technician: UUID) -> dict[str, Any]:
    """The envelope of what this technician's device tells."""
    device = Device.enrol(
        id=uuid4(), technician=technician, install_id="i", name="phone", platform="test", app_version="1"
    )
    projected.record(device)
    return {"device": device.id, "device_seq": 1, "operation_id": uuid4()}


def taken(quantity: str = "1", **more: Any) -> StockMovement:
    fields: Any = {"kind": "consumption", "part": PUMP, "from_": VAN, "to": VIRTUAL["customer"]} | more
    return StockMovement.record(id=uuid4(), quantity=Decimal(quantity), **fields)


def test_late_work_is_told_to_whoever_did_it_and_whoever_has_the_job_now(projected: ProjectedLog) -> None:
    anna, boris, carla = Phone(projected, ANNA), Phone(projected, BORIS), Phone(projected, CARLA)
    order = Office(projected).order(BORIS)
    order.record_note("I was here as well")
    projected.record(order, **enrolled(projected, ANNA))

    for phone in (anna, boris, carla):
        phone.pull()

    id = str(discrepancy_id("work_after_reassignment", order.id, ANNA))
    seen = anna.has("discrepancy")[id]
    assert (seen["kind"], seen["status"], seen["opened_at"]) == (
        "work_after_reassignment",
        "open",
        "2026-11-20T12:00:00.120000Z",
    )
    assert seen["refs"] == {"work_order": str(order.id), "technician": str(ANNA)}
    assert boris.has("discrepancy") == {id: seen}
    assert carla.documents == {}

    order.assign(CARLA)
    projected.record(order)
    assert ("discrepancy", id, "reassigned") in summary(boris.pull())
    assert summary(anna.pull()) == []
    carla.pull()
    assert list(carla.has("discrepancy")) == [id]

    order.complete(fixed="yes")
    order.close()
    projected.record(order)
    assert ("discrepancy", id, "closed") in summary(carla.pull())
    assert list(anna.has("discrepancy")) == [id]
    projected.check_rebuild()


def test_a_negative_book_goes_with_the_van_and_stays_with_whoever_caused_it(projected: ProjectedLog) -> None:
    anna, boris, carla = Phone(projected, ANNA), Phone(projected, BORIS), Phone(projected, CARLA)
    van = Location.register(id=VAN, kind="van", name="Van 1")
    van.take_custody(ANNA)
    projected.record(van, Part.register(id=PUMP, number="P-1", names=(PartName("en", "Pump"),), unit="piece"))
    projected.record(taken(), **enrolled(projected, BORIS))
    for phone in (anna, boris, carla):
        phone.pull()
    id = str(discrepancy_id("negative_book", VAN, PUMP))
    assert list(anna.has("discrepancy")) == list(boris.has("discrepancy")) == [id]

    van.take_custody(CARLA)
    projected.record(van)
    assert ("discrepancy", id, "van_handed_over") in summary(anna.pull())
    carla.pull()
    assert carla.has("discrepancy")[id]["owner"] == str(CARLA)

    back = taken(kind="transfer_in", from_=VIRTUAL["transit"], to=VAN)
    projected.record(back, at=NOON + timedelta(hours=1))
    for phone in (boris, carla):
        assert ("discrepancy", id, "closed") in summary(phone.pull())
    assert not projected.contains('"status":"open"')
    projected.check_rebuild()


def test_a_decision_of_the_office_reaches_those_who_are_concerned(projected: ProjectedLog) -> None:
    anna, order = Phone(projected, ANNA), Office(projected).order(BORIS)
    order.record_note("I was here as well")
    projected.record(order, **enrolled(projected, ANNA))
    anna.pull()
    id = discrepancy_id("work_after_reassignment", order.id, ANNA)

    decided = Discrepancy.take_up(id=id, kind="work_after_reassignment", refs=(order.id, ANNA))
    decided.explain(by_event=order.id, by=CARLA, note="They met at the door")
    projected.record(decided)

    assert summary(anna.pull()) == [("discrepancy", str(id), None)]
    assert anna.has("discrepancy")[str(id)]["status"] == "explained"
    assert not projected.contains("door")
    projected.check_rebuild()


@pytest.mark.parametrize("again", ["location.custody_taken", "discrepancy.assigned"])
def test_a_suspect_clock_is_shown_whatever_the_device_told(projected: ProjectedLog, again: str) -> None:
    """Issue 9 (seed 1901632600): the document stayed as it was when a hand-over or a decision was told like that."""
    anna, device = Phone(projected, ANNA), enrolled(projected, ANNA)
    ahead = {**device, "claimed_at": datetime(9999, 1, 1, tzinfo=UTC)}
    van = Location.register(id=VAN, kind="van", name="Van 1")
    projected.record(van)
    id = str(discrepancy_id("clock_suspect", device["device"]))
    decided = Discrepancy.take_up(id=uuid4(), kind="unknown_part", refs=(PUMP,))
    projected.record(decided)
    acts: dict[str, tuple[Entity, Callable[[], None]]] = {
        "location.custody_taken": (van, lambda: van.take_custody(ANNA)),
        "discrepancy.assigned": (decided, lambda: decided.assign(CARLA)),
    }

    entity, act = acts[again]
    act()
    projected.record(entity, **ahead)

    anna.pull()
    assert anna.has("discrepancy")[id]["kind"] == "clock_suspect"
    projected.check_rebuild()
