"""The documents of a van: the technician who has it gets them, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from domain.stock.location import VIRTUAL, Location
from domain.stock.movement import MovementKind
from domain.stock.stock_count import StockCount
from domain.stock.stock_movement import StockMovement
from domain.work.technician import Technician
from projections.documents.documents import Documents
from tests.support.logs import NOON
from tests.support.projected_log import ProjectedLog, projected_log_on
from tests.support.pulled_documents import Phone, summary

PUMP, VALVE = UUID(int=11), UUID(int=12)


@pytest.fixture
def projected(database: str) -> Iterator[ProjectedLog]:
    with projected_log_on(database, Documents()) as made:
        yield made


class Vans:
    """Anna has a van, Boris has none."""

    def __init__(self, projected: ProjectedLog) -> None:
        self.projected = projected
        self.anna = Technician.register(id=UUID(int=1), name="Anna", zone="Europe/Berlin", language="de")
        self.boris = Technician.register(id=UUID(int=2), name="Boris", zone="Europe/Berlin", language="de")
        self.van = Location.register(id=UUID(int=3), kind="van", name="Van 1")
        self.van.take_custody(self.anna.id)
        projected.record(self.anna, self.boris, self.van)

    def load(self, part: UUID = PUMP, quantity: str = "2", kind: MovementKind = "transfer_in") -> None:
        source, target = VIRTUAL["transit"], self.van.id
        amount = Decimal(quantity)
        if amount < 0:
            source, target = target, VIRTUAL["customer"]
        self.projected.record(
            StockMovement.record(id=uuid4(), kind=kind, part=part, quantity=abs(amount), from_=source, to=target)
        )


@pytest.fixture
def vans(projected: ProjectedLog) -> Vans:
    return Vans(projected)


def test_a_technician_sees_what_is_on_the_own_van(projected: ProjectedLog, vans: Vans) -> None:
    anna, boris = Phone(projected, vans.anna.id), Phone(projected, vans.boris.id)
    vans.load(PUMP, "2")
    vans.load(VALVE, "0.5")
    vans.load(PUMP, "-3", "consumption")

    anna.pull()
    boris.pull()

    van, boris_sees = str(vans.van.id), (boris.has("stock"), boris.has("location"))
    assert anna.has("stock") == {
        f"{van}/{PUMP}": {"location": van, "part": str(PUMP), "on_hand": "-1", "reserved": "0"},
        f"{van}/{VALVE}": {"location": van, "part": str(VALVE), "on_hand": "0.5", "reserved": "0"},
    }
    assert anna.has("location")[van]["custodian"] == str(vans.anna.id)
    assert anna.has("technician")[str(vans.anna.id)]["van"] == van
    assert list(anna.has("technician")) == [str(vans.anna.id)]
    assert boris_sees == ({}, {})
    projected.check_rebuild()


def test_an_approved_count_is_told_to_whoever_has_the_van(projected: ProjectedLog, vans: Vans) -> None:
    anna = Phone(projected, vans.anna.id)
    vans.load(PUMP, "2")
    anna.pull()
    count = StockCount.start(id=uuid4(), location=vans.van.id)
    count.record_line(part=PUMP, location=vans.van.id, quantity=Decimal(5), blind=True, counter=vans.anna.id)
    count.submit()
    projected.record(count, at=NOON + timedelta(hours=1))
    stock_id = f"{vans.van.id}/{PUMP}"

    assert summary(anna.pull()) == [("stock", stock_id, None)]
    seen = anna.has("stock")[stock_id]
    assert (seen["on_hand"], seen["counted_at"]) == ("2", "2026-11-20T13:00:00.120000Z")

    count.approve(by=uuid4())
    projected.record(count, at=NOON + timedelta(hours=2))

    assert summary(anna.pull()) == [("stock", stock_id, None)]
    assert anna.has("stock")[stock_id]["on_hand"] == "5"
    projected.check_rebuild()


def test_a_van_handed_over_takes_its_stock_along(projected: ProjectedLog, vans: Vans) -> None:
    anna, boris = Phone(projected, vans.anna.id), Phone(projected, vans.boris.id)
    vans.load(PUMP)
    vans.load(VALVE)
    anna.pull()
    boris.pull()

    vans.van.take_custody(vans.boris.id)
    position = projected.record(vans.van)

    stock = [("stock", f"{vans.van.id}/{part}") for part in (PUMP, VALVE)]
    place, gone = ("location", str(vans.van.id)), "van_handed_over"
    changes = anna.pull()
    assert summary(changes) == [
        (*place, gone),
        *((*each, gone) for each in stock),
        ("technician", str(vans.anna.id), None),
    ]
    assert {change["position"] for change in changes} == {position}
    assert all("body" not in change and "hash" not in change for change in changes if "gone" in change)
    assert summary(boris.pull()) == [(*each, None) for each in (place, *stock, ("technician", str(vans.boris.id)))]
    assert anna.has("technician")[str(vans.anna.id)]["van"] is None
    assert boris.has("technician")[str(vans.boris.id)]["van"] == str(vans.van.id)

    vans.load(PUMP, "1")
    assert anna.pull() == []
    assert boris.has("stock").keys() == {id for _, id in stock}
    projected.check_rebuild()


def test_a_first_download_says_nothing_of_what_is_gone(projected: ProjectedLog, vans: Vans) -> None:
    vans.load(PUMP)
    vans.van.take_custody(vans.boris.id)
    projected.record(vans.van)

    changes = Phone(projected, vans.anna.id).pull()

    assert [change for change in changes if "gone" in change] == []
    assert {change["type"] for change in changes} == {"technician", "code_list"}


def test_a_van_that_comes_back_brings_its_stock_back(projected: ProjectedLog, vans: Vans) -> None:
    anna = Phone(projected, vans.anna.id)
    vans.load(PUMP)
    anna.pull()
    vans.van.take_custody(vans.boris.id)
    vans.van.take_custody(vans.anna.id)
    projected.record(vans.van)

    anna.pull()

    assert list(anna.has("stock")) == [f"{vans.van.id}/{PUMP}"]
    projected.check_rebuild()
