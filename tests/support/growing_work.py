"""A small company, and functions that record one more event of its one order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

from domain.care.case import Case
from domain.care.customer import Customer
from domain.stock.location import Location
from domain.stock.part import Part, PartName
from domain.stock.stock_movement import correction_id
from domain.work.equipment import Equipment
from domain.work.technician import Technician
from domain.work.visit import Visit
from domain.work.work_order import WorkOrder
from tests.support.logs import NOON
from tests.support.memory_events import Phone, ViewsInMemory
from tests.support.stock import PART, VAN, WAREHOUSE, used

Happen = Callable[[int], Any]
CUSTOMER, SITE, ORDER, VISIT, MACHINE, CASE = (UUID(int=number) for number in range(201, 207))
ANNA, BEN = UUID(int=1001), UUID(int=1002)


class Company:
    """Two technicians with phones and a van, a customer with a machine, and an order for it."""

    def __init__(self, views: ViewsInMemory, tracking: Any = "none") -> None:
        self.views, self.dice = views, Random(8)
        self.last = uuid4()
        self.phones = [Phone(1, ANNA), Phone(2, BEN)]
        self.part = Part.register(
            id=PART, number="P-1", names=(PartName("en", "Pump"),), unit="piece", tracking=tracking
        )
        self.customer = Customer.register(id=CUSTOMER, name="Ada", language="en")
        self.customer.add_site(site=SITE, zone="Europe/Berlin", address="1 Main Street")
        self.van = Location.register(id=VAN, kind="van", name="Van 1")
        self.van.take_custody(ANNA)
        self.machine = Equipment.register(id=MACHINE, model="M", serial="S", customer=CUSTOMER)
        self.case = Case.open(id=CASE, customer=CUSTOMER, topic="troubleshooting", first_contact_at=NOON)
        self.order = WorkOrder.open(
            id=ORDER,
            number="W-1",
            customer=CUSTOMER,
            case=self.case.id,
            equipment=MACHINE,
            site=SITE,
            problem="It hums.",
        )
        self.order.assign(ANNA)
        self.visit = Visit.plan(
            id=VISIT,
            work_order=ORDER,
            customer=CUSTOMER,
            technician=ANNA,
            window_start=NOON,
            window_end=NOON + timedelta(hours=2),
            zone="Europe/Berlin",
        )
        self.technicians = [
            Technician.register(id=id, name=name, zone="Europe/Berlin", language="de")
            for id, name in ((ANNA, "Anna"), (BEN, "Ben"))
        ]
        places = self.van, Location.register(id=WAREHOUSE, kind="warehouse", name="Main")
        phones = (phone.device for phone in self.phones)
        views.record(*self.technicians, *phones, self.part, *places, self.customer, self.machine, self.case)
        views.record(self.order, self.visit, at=NOON - timedelta(days=1))

    def record(self, number: int, *entities: Any, who: int = 0, minutes: float | None = None) -> None:
        """Record entities as a phone's next operation; one in ten happened long before it is recorded."""
        if minutes is None:
            minutes = self.dice.randrange(number + 1) if number % 10 == 0 else number
        self.phones[who].record(self.views, *entities, minutes=minutes)


def notes(views: ViewsInMemory) -> Happen:
    """A phone adds notes to one order."""
    company = Company(views)

    def happen(number: int) -> None:
        company.order.record_note(f"Note {number:09}")
        company.record(number, company.order)

    return happen


def parts(views: ViewsInMemory) -> Happen:
    """Two phones use the same part on one order, from an empty van; some uses are corrected."""
    company = Company(views)

    def happen(number: int) -> None:
        use = used(1, VAN, work_order=ORDER, technician=ANNA, equipment=MACHINE)
        company.record(number, use, who=number % 2)
        if number % 7 == 0:
            company.record(number, use.reverse(id=correction_id(use.id), reason="fact_corrected"), who=number % 2)

    return happen


def facts(views: ViewsInMemory) -> Happen:
    """All other facts that a phone may record about one order, and corrections."""
    company = Company(views)

    def happen(number: int) -> None:
        order, phone = company.order, company.phones[0]
        operation = phone.operation()
        if number % 6 == 0:
            order.record_labour(minutes=1, kind="work", technician=ANNA)
        elif number % 6 == 1:
            order.record_diagnosis(problem="noisy", cause="wear", remedy="cleaned", note="It hums.")
        elif number % 6 == 2:
            order.record_completion(technician=ANNA, fixed="yes")
        elif number % 6 == 3:
            order.record_photo(sha256="5f" * 32, size=100, media_type="image/png")
        elif number % 6 == 4:
            order.record_cannot_complete(technician=ANNA, reason="no_part")
        else:
            order.record_correction(operation=company.last, fact="work_order.labour_recorded")
        company.last = operation
        company.record(number, order)

    return happen


def decisions(views: ViewsInMemory) -> Happen:
    """The office holds, resumes and reassigns one order."""
    company = Company(views)

    def happen(number: int) -> None:
        order = company.order
        (order.resume if number % 4 == 1 else lambda: order.hold("parts"))() if number % 4 < 2 else order.assign(
            (ANNA, BEN)[number % 4 - 2]
        )
        views.record(order, at=NOON + timedelta(minutes=number))

    return happen


def late_work(views: ViewsInMemory) -> Happen:
    """A phone records work on an order that was reassigned: one discrepancy with more and more causes."""
    company = Company(views)
    company.order.assign(BEN)
    views.record(company.order)

    def happen(number: int) -> None:
        company.order.record_note(f"Note {number:09}")
        company.record(number, company.order)

    return happen


def visit(views: ViewsInMemory) -> Happen:
    """A phone records steps of one visit, and corrections."""
    company = Company(views)

    def happen(number: int) -> None:
        visit, operation = company.visit, company.phones[0].operation()
        if number % 6 == 5:
            visit.record_correction(operation=company.last, technician=ANNA)
        else:
            act = ("accepted", "travel_started", "arrived", "paused", "resumed")[number % 6]
            getattr(visit, f"record_{act}")(ANNA)
        company.last = operation
        company.record(number, visit)

    return happen


def visits(views: ViewsInMemory) -> Happen:
    """A phone requests one more visit of the same order."""
    company = Company(views)

    def happen(number: int) -> None:
        start = NOON + timedelta(hours=number)
        made = Visit.plan(
            id=uuid4(),
            work_order=ORDER,
            customer=CUSTOMER,
            technician=ANNA,
            window_start=start,
            window_end=start + timedelta(hours=1),
            zone="Europe/Berlin",
        )
        company.record(number, made)

    return happen
