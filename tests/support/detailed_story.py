"""A story in which rows show what they seldom do: a hold, parts that came back, an acceptance of an earlier plan."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from domain.care.case import Case
from domain.kernel.envelope import ExternalRef
from domain.stock.part import Part, PartName
from domain.work.equipment import Equipment
from domain.work.technician import Technician
from domain.work.visit import Visit
from domain.work.work_order import WorkOrder
from tests.support.memory_events import News, Phone, later
from tests.support.stock import CUSTOMER, PART, VAN, moved, places, used
from tests.support.work_orders import ANNA

SERIALS = tuple(f"S-{number}" for number in range(25))


def details(news: News, _: int) -> None:
    """Tell the story to these views."""
    places(news)
    phone, owner = Phone(1, ANNA), uuid4()
    machine = Equipment.register(id=uuid4(), model="B", customer=owner)
    part = Part.register(id=PART, number="P-1", names=(PartName("en", "Pump"),), unit="piece", tracking="serial")
    news.tell(Technician.register(id=ANNA, name="Anna", zone="UTC", language="de"), phone.device, part)
    for year in (2025, 2026):
        machine.set_warranty(from_=date(year, 1, 1), until=date(year, 12, 31), terms="parts")
    machine.withdraw_warranty(number=1, reason="mistake", from_=date(2025, 6, 1))
    news.tell(machine)
    case = Case.open(id=uuid4(), customer=owner, topic="troubleshooting", first_contact_at=later(0))
    case.wait(on="parts")
    order = WorkOrder.open(id=uuid4(), number="W-1", customer=owner, case=case.id, equipment=machine.id, problem="Hums")
    order.assign(ANNA)
    order.hold(reason="parts", note="The pump is on its way.")
    news.tell(case, order, external_ref=ExternalRef("erp", "4711"))
    _parts(news, phone, order.id, _visits(news, phone, order.id, owner))
    _operations(news, phone)


def _visits(news: News, phone: Phone, order: UUID, customer: UUID) -> UUID:
    """A visit that was accepted by an earlier plan, and one that came to nothing."""
    window: Any = {"window_start": later(60), "window_end": later(120)}
    first, second = (
        Visit.plan(id=uuid4(), work_order=order, customer=customer, zone="UTC", technician=ANNA, **window)
        for _ in range(2)
    )
    seen = news.tell(first, second)
    first.reschedule(window_start=later(90), window_end=later(150))
    news.tell(first, at=later(1))
    first.record_accepted(ANNA)
    phone.tell(news, first, minutes=2, seen_position=seen)
    first.record_signed(sha256="0" * 64, size=1, media_type="image/png", signer="Ada", technician=ANNA)
    phone.tell(news, first, minutes=3)
    second.record_accepted(ANNA, unasked=True)
    second.record_not_done("no_access", technician=ANNA, note="Nobody there.")
    phone.tell(news, second, minutes=4)
    return first.id


def _parts(news: News, phone: Phone, order: UUID, visit: UUID) -> None:
    """Units of a lot that were used, of which some came back, and a use that was taken back."""
    said: Any = {"work_order": order, "visit": visit, "technician": ANNA, "billable": True, "lot": "L-1"}
    phone.tell(news, used(25, serials=SERIALS, **said), minutes=5)
    news.tell(moved("return_in", 2, CUSTOMER, VAN, work_order=order, serials=SERIALS[:2], lot="L-1"), at=later(6))
    again = used(1, serials=("S-99",), **said)
    phone.tell(news, again, minutes=7)
    news.tell(again.reverse(id=uuid4(), reason="wrong_part"), at=later(8))


def _operations(news: News, phone: Phone) -> None:
    """An operation that was quarantined and discarded."""
    operation = uuid4()
    said: Any = {"type": "note_added", "reason": "malformed", "detail": "It is not JSON.", "refs": (uuid4(),)}
    phone.device.record_quarantine(operation=operation, seq=1, body="{", **said)
    news.tell(phone.device)
    phone.device.discard(operation, reason="A test.")
    news.tell(phone.device, actor=uuid4(), at=later(9))
