"""The entities of `test_growth`, each with a function that records one more event of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

from domain.access.device import Device
from domain.care.contact import Contact
from domain.stock.discrepancy import Discrepancy, discrepancy_id
from domain.stock.stock_count import StockCount
from domain.work.work_order import WorkOrder
from tests.support.growing_work import (
    ANNA,
    BEN,
    CUSTOMER,
    MACHINE,
    SITE,
    Company,
    Happen,
    decisions,
    facts,
    late_work,
    notes,
    parts,
    visit,
    visits,
)
from tests.support.logs import NOON
from tests.support.memory_events import ViewsInMemory
from tests.support.stock import PART, VAN, approved, bought, counted, used


def settling(views: ViewsInMemory) -> Happen:
    """One discrepancy is assigned again and again."""
    company = Company(views)
    company.record(0, used(1, VAN))
    discrepancy = Discrepancy.take_up(
        id=discrepancy_id("negative_book", VAN, PART), kind="negative_book", refs=(VAN, PART)
    )

    def happen(number: int) -> None:
        discrepancy.assign((ANNA, BEN)[number % 2])
        views.record(discrepancy, at=NOON + timedelta(minutes=number))

    return happen


def bin_(views: ViewsInMemory) -> Happen:
    """Parts are received in one van, used from it, and counted now and then."""
    company = Company(views)

    def happen(number: int) -> None:
        if number % 50 == 49:
            count = counted(number % 5, VAN, StockCount.start(id=uuid4(), location=VAN))
            company.record(number, count, minutes=number)
            views.record(approved(count), at=NOON + timedelta(minutes=number))
        elif number % 3 == 0:
            views.record(bought(1, VAN), at=NOON + timedelta(minutes=number))
        else:
            company.record(number, used(1, VAN), who=number % 2)

    return happen


def case(views: ViewsInMemory) -> Happen:
    """Contacts are attached to one case."""
    company = Company(views)

    def happen(number: int) -> None:
        contact = Contact.receive(id=uuid4(), channel="phone", direction="in", started_at=NOON, customer=CUSTOMER)
        company.case.attach_contact(contact.id)
        views.record(contact, company.case, at=NOON + timedelta(minutes=number))

    return happen


def device(views: ViewsInMemory) -> Happen:
    """Operations of one device are quarantined."""
    company = Company(views)
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
        views.record(device, at=NOON + timedelta(minutes=number))

    return happen


def serial(views: ViewsInMemory) -> Happen:
    """One unit of a part is taken from one van by two phones."""
    company = Company(views, tracking="serial")
    return lambda number: company.record(number, used(1, VAN, serials=("S-1",)), who=number % 2)


def serials(views: ViewsInMemory) -> Happen:
    """Ten units of a part are taken at once from one van by two phones."""
    company, units = Company(views, tracking="serial"), tuple(f"S-{number}" for number in range(10))
    return lambda number: company.record(number, used(10, VAN, serials=units), who=number % 2)


def customer(views: ViewsInMemory) -> Happen:
    """The details of one customer change."""
    company = Company(views)

    def happen(number: int) -> None:
        company.customer.change(name=f"Ada {number:09}")
        views.record(company.customer, at=NOON + timedelta(minutes=number))

    return happen


def machine(views: ViewsInMemory) -> Happen:
    """Orders for one machine are opened and closed."""
    company = Company(views)

    def happen(number: int) -> None:
        order = WorkOrder.open(id=uuid4(), number=f"W-{number:09}", customer=CUSTOMER, equipment=MACHINE, site=SITE)
        order.assign(ANNA)
        order.complete(fixed="yes")
        order.close()
        views.record(order, at=NOON + timedelta(minutes=number))
        company.machine.set_warranty(from_=NOON.date(), until=NOON.date(), terms="parts")
        views.record(company.machine)

    return happen


def technician(views: ViewsInMemory) -> Happen:
    """The name of one technician changes."""
    company = Company(views)

    def happen(number: int) -> None:
        company.technicians[0].change(name=f"Anna {number:09}")
        views.record(company.technicians[0])

    return happen


THINGS: dict[str, Callable[[ViewsInMemory], Happen]] = {
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
    "many serials at once": serials,
    "a customer": customer,
    "a machine": machine,
    "a technician": technician,
}
