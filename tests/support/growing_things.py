"""The things of `test_growth`: what happens to each of them again and again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

from domain.case import Case
from domain.contact import Contact
from domain.customer import Customer
from domain.device import Device
from domain.discrepancy import Discrepancy, discrepancy_id
from domain.equipment import Equipment
from domain.location import Location
from domain.part import Part, PartName
from domain.stock_count import StockCount
from domain.stock_movement import correction_id
from domain.technician import Technician
from domain.visit import Visit
from domain.work_order import WorkOrder
from tests.support.logs import NOON
from tests.support.news import News, Phone
from tests.support.stock import PART, VAN, WAREHOUSE, approved, bought, counted, used

Happen = Callable[[int], Any]
CUSTOMER, SITE, ORDER, VISIT, MACHINE = (UUID(int=number) for number in range(201, 206))
ANNA, BEN = UUID(int=1001), UUID(int=1002)


class Company:
    """Two technicians with phones and a van, a customer with a machine, and an order for it."""

    def __init__(self, news: News, tracking: Any = "none") -> None:
        self.news, self.dice = news, Random(8)
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
        self.case = Case.open(id=uuid4(), customer=CUSTOMER, topic="troubleshooting", first_contact_at=NOON)
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
        news.tell(*self.technicians, *phones, self.part, *places, self.customer, self.machine, self.case)
        news.tell(self.order, self.visit, at=NOON - timedelta(days=1))

    def tell(self, number: int, *entities: Any, who: int = 0, minutes: float | None = None) -> None:
        """As a phone's next operation; one in ten tells late of something that happened long before."""
        if minutes is None:
            minutes = self.dice.randrange(number + 1) if number % 10 == 0 else number
        self.phones[who].tell(self.news, *entities, minutes=minutes)


def notes(news: News) -> Happen:
    """A phone notes something on one order."""
    company = Company(news)

    def happen(number: int) -> None:
        company.order.record_note(f"Note {number:09}")
        company.tell(number, company.order)

    return happen


def parts(news: News) -> Happen:
    """Two phones use the same part on one order, from one van that has none; some of it is taken back."""
    company = Company(news)

    def happen(number: int) -> None:
        use = used(1, VAN, work_order=ORDER, technician=ANNA, equipment=MACHINE)
        company.tell(number, use, who=number % 2)
        if number % 7 == 0:
            company.tell(number, use.reverse(id=correction_id(use.id), reason="fact_corrected"), who=number % 2)

    return happen


def facts(news: News) -> Happen:
    """Everything else that a phone may tell of one order, and take back."""
    company = Company(news)

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
        company.tell(number, order)

    return happen


def decisions(news: News) -> Happen:
    """The office holds and resumes one order, and gives it to somebody else."""
    company = Company(news)

    def happen(number: int) -> None:
        order = company.order
        (order.resume if number % 4 == 1 else lambda: order.hold("parts"))() if number % 4 < 2 else order.assign(
            (ANNA, BEN)[number % 4 - 2]
        )
        news.tell(order, at=NOON + timedelta(minutes=number))

    return happen


def late_work(news: News) -> Happen:
    """A phone tells of an order that is somebody else's by now: one discrepancy with ever more causes."""
    company = Company(news)
    company.order.assign(BEN)
    news.tell(company.order)

    def happen(number: int) -> None:
        company.order.record_note(f"Note {number:09}")
        company.tell(number, company.order)

    return happen


def settling(news: News) -> Happen:
    """People decide about one discrepancy again and again."""
    company = Company(news)
    company.tell(0, used(1, VAN))
    discrepancy = Discrepancy.take_up(
        id=discrepancy_id("negative_book", VAN, PART), kind="negative_book", refs=(VAN, PART)
    )

    def happen(number: int) -> None:
        discrepancy.assign((ANNA, BEN)[number % 2])
        news.tell(discrepancy, at=NOON + timedelta(minutes=number))

    return happen


def bin_(news: News) -> Happen:
    """Parts come to one van and go, and what is there is counted now and then."""
    company = Company(news)

    def happen(number: int) -> None:
        if number % 50 == 49:
            count = counted(number % 5, VAN, StockCount.start(id=uuid4(), location=VAN))
            company.tell(number, count, minutes=number)
            news.tell(approved(count), at=NOON + timedelta(minutes=number))
        elif number % 3 == 0:
            news.tell(bought(1, VAN), at=NOON + timedelta(minutes=number))
        else:
            company.tell(number, used(1, VAN), who=number % 2)

    return happen


def case(news: News) -> Happen:
    """Contacts are attached to one case."""
    company = Company(news)

    def happen(number: int) -> None:
        contact = Contact.receive(id=uuid4(), channel="phone", direction="in", started_at=NOON, customer=CUSTOMER)
        company.case.attach_contact(contact.id)
        news.tell(contact, company.case, at=NOON + timedelta(minutes=number))

    return happen


def device(news: News) -> Happen:
    """Operations of one device are put aside."""
    company = Company(news)
    device: Device = company.phones[0].device

    def happen(number: int) -> None:
        device.record_quarantine(
            operation=UUID(int=10**6 + number),
            seq=number + 1,
            type="note_added",
            reason="unknown-type",
            detail="It is not known.",
            refs=(),
            body="{}",
        )
        news.tell(device, at=NOON + timedelta(minutes=number))

    return happen


def visit(news: News) -> Happen:
    """A phone tells of one visit, and takes some of it back."""
    company = Company(news)

    def happen(number: int) -> None:
        visit, operation = company.visit, company.phones[0].operation()
        if number % 6 == 5:
            visit.record_correction(operation=company.last, technician=ANNA)
        else:
            act = ("accepted", "travel_started", "arrived", "paused", "resumed")[number % 6]
            getattr(visit, f"record_{act}")(ANNA)
        company.last = operation
        company.tell(number, visit)

    return happen


def visits(news: News) -> Happen:
    """A phone asks for one more visit of the same order."""
    company = Company(news)

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
        company.tell(number, made)

    return happen


def serial(news: News) -> Happen:
    """One unit of a part is taken from one van by two phones."""
    company = Company(news, tracking="serial")
    return lambda number: company.tell(number, used(1, VAN, serials=("S-1",)), who=number % 2)


def customer(news: News) -> Happen:
    """The details of one customer change."""
    company = Company(news)

    def happen(number: int) -> None:
        company.customer.change(name=f"Ada {number:09}")
        news.tell(company.customer, at=NOON + timedelta(minutes=number))

    return happen


def machine(news: News) -> Happen:
    """Orders for one machine are opened and done."""
    company = Company(news)

    def happen(number: int) -> None:
        order = WorkOrder.open(id=uuid4(), number=f"W-{number:09}", customer=CUSTOMER, equipment=MACHINE, site=SITE)
        order.assign(ANNA)
        order.complete(fixed="yes")
        order.close()
        news.tell(order, at=NOON + timedelta(minutes=number))
        company.machine.set_warranty(from_=NOON.date(), until=NOON.date(), terms="parts")
        news.tell(company.machine)

    return happen


def technician(news: News) -> Happen:
    """One technician is described anew."""
    company = Company(news)

    def happen(number: int) -> None:
        company.technicians[0].change(name=f"Anna {number:09}")
        news.tell(company.technicians[0])

    return happen


THINGS: dict[str, Callable[[News], Happen]] = {
    "notes on an order": notes,
    "parts on an order": parts,
    "facts about an order": facts,
    "decisions about an order": decisions,
    "late work": late_work,
    "decisions about a discrepancy": settling,
    "a bin": bin_,
    "a case": case,
    "a device": device,
    "a visit": visit,
    "visits of an order": visits,
    "a serial": serial,
    "a customer": customer,
    "a machine": machine,
    "a technician": technician,
}
