"""A story in which rows show what they seldom do: a hold, parts that came back, an acceptance of an earlier plan."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from domain.access.device_operations import Misfit, Ref
from domain.care.case import Case
from domain.care.customer import Customer
from domain.kernel.envelope import ExternalRef
from domain.stock.part import Part, PartName
from domain.work.equipment import Equipment
from domain.work.technician import Technician
from domain.work.visit import Visit
from domain.work.work_order import WorkOrder
from projections.engine.fact_lists import SHOWN
from tests.support.memory_events import Phone, ViewsInMemory, later
from tests.support.stock import CUSTOMER, PART, VAN, moved, places, used
from tests.support.work_orders import ANNA

SERIALS = tuple(f"S-{number}" for number in range(25))


def details(news: ViewsInMemory, _: int) -> None:
    """Tell the story to these views."""
    places(news)
    phone = Phone(1, ANNA)
    owner = Customer.register(id=uuid4(), name="Ada", phones=("+49 30 1",), email="ada@example.org", language="de")
    part = Part.register(id=PART, number="P-1", names=(PartName("en", "Pump"),), unit="piece", tracking="serial")
    anna = Technician.register(id=ANNA, name="Anna", zone="UTC", language="de")
    news.record(anna, phone.device, part, owner, external_ref=ExternalRef("erp", "4711"))
    machine = _machine(news, owner.id)
    for reason in (None, "beyond_repair"):
        _earlier(news, owner.id, machine, reason)
    case = Case.open(id=uuid4(), customer=owner.id, topic="troubleshooting", first_contact_at=later(0))
    case.wait(on="parts")
    order = _order(owner.id, machine, case.id)
    order.hold(reason="parts", note="The pump is on its way.")
    news.record(case, order, external_ref=ExternalRef("erp", "4711"))
    _parts(news, phone, order.id, _visits(news, phone, order.id, owner.id))
    _long_lists(news, _order(owner.id, machine))
    _operations(news, phone)


def _order(owner: UUID, machine: UUID, case: UUID | None = None) -> WorkOrder:
    order = WorkOrder.open(id=uuid4(), number="W-1", customer=owner, case=case, equipment=machine, problem="It hums.")
    order.assign(ANNA)
    return order


def _machine(news: ViewsInMemory, owner: UUID) -> UUID:
    """A machine with two warranties, of which one does not hold to its end."""
    machine = Equipment.register(id=uuid4(), model="B", serial="B-1", customer=owner)
    for year in (2025, 2026):
        machine.set_warranty(from_=date(year, 1, 1), until=date(year, 12, 31), terms="parts")
    machine.withdraw_warranty(number=1, reason="mistake", from_=date(2025, 6, 1))
    news.record(machine, external_ref=ExternalRef("erp", "4711"))
    return machine.id


def _earlier(news: ViewsInMemory, owner: UUID, machine: UUID, reason: str | None) -> None:
    """A repair that is done, or could not be done for this reason."""
    order = _order(owner, machine)
    order.record_diagnosis(problem="leak", cause="wear", remedy="none", note="The seal.")
    if reason is None:
        order.complete(fixed="yes", remedy="replaced", technician=ANNA)
    else:
        order.cannot_complete(reason=reason, technician=ANNA)
    news.record(order, at=later(-60))


def _long_lists(news: ViewsInMemory, order: WorkOrder) -> None:
    """An order with more of everything than its document has."""
    order.record_diagnosis(problem="leak", cause="wear", remedy="none", note="The seal.")
    for _ in range(SHOWN + 1):
        order.require_part(part=PART, quantity=Decimal(1), why="The old one hums.")
    news.record(order)
    for minute in range(SHOWN + 1):
        order.record_note("Once more.")
        order.record_labour(minutes=1, kind="work", technician=ANNA)
        order.record_photo(sha256="0" * 64, size=1, media_type="image/png")
        if minute % 2:
            order.record_completion(technician=ANNA, fixed="yes", remedy="replaced")
        else:
            order.record_cannot_complete(technician=ANNA, reason="She was not there.")
        visit = _visit(order.id, order.customer)
        news.record(order, visit, used(1, work_order=order.id), at=later(minute))


def _visit(order: UUID, customer: UUID) -> Visit:
    window: Any = {"window_start": later(60), "window_end": later(120)}
    return Visit.plan(id=uuid4(), work_order=order, customer=customer, zone="UTC", technician=ANNA, **window)


def _visits(news: ViewsInMemory, phone: Phone, order: UUID, customer: UUID) -> UUID:
    """A visit that was accepted by an earlier plan, and one that came to nothing."""
    first, second = (_visit(order, customer) for _ in range(2))
    seen = news.record(first, second)
    first.reschedule(window_start=later(90), window_end=later(150))
    news.record(first, at=later(1))
    first.record_accepted(ANNA)
    phone.record(news, first, minutes=2, seen_position=seen)
    first.record_signed(sha256="0" * 64, size=1, media_type="image/png", signer="Ada", technician=ANNA)
    phone.record(news, first, minutes=3)
    second.record_accepted(ANNA, unasked=True)
    second.record_not_done("no_access", technician=ANNA, note="Nobody there.")
    phone.record(news, second, minutes=4)
    return first.id


def _parts(news: ViewsInMemory, phone: Phone, order: UUID, visit: UUID) -> None:
    """Units of a lot that were used, of which some came back, and a use that was taken back."""
    said: Any = {"work_order": order, "visit": visit, "technician": ANNA, "billable": True, "lot": "L-1"}
    phone.record(news, used(25, serials=SERIALS, **said), minutes=5)
    news.record(moved("return_in", 2, CUSTOMER, VAN, work_order=order, serials=SERIALS[:2], lot="L-1"), at=later(6))
    again = used(1, serials=("S-99",), **said)
    phone.record(news, again, minutes=7)
    news.record(again.reverse(id=uuid4(), reason="wrong_part"), at=later(8))


def _operations(news: ViewsInMemory, phone: Phone) -> None:
    """Two operations under one id, of which one was discarded, and one that waited and did not fit."""
    operation, held = uuid4(), uuid4()
    said: Any = {"type": "note_added", "reason": "malformed", "detail": "It is not JSON.", "refs": (uuid4(),)}
    phone.device.record_quarantine(operation=operation, seq=1, body="{", **said)
    phone.device.record_quarantine(operation=operation, seq=2, body="{", contested=True, **said)
    waits: Any = {"type": "note_added", "needs": (uuid4(),), "group": "g", "refs": (), "body": "{}"}
    phone.device.record_hold(operation=held, seq=3, **waits)
    news.record(phone.device, incarnation=1)
    phone.device.discard(operation, phone.device.undecided(operation)[0], reason="A test.")
    misfit = Misfit("needs_missing", "What it needs has not come.", (Ref("operation", str(uuid4())),))
    phone.device.record_hold_ended(held, (misfit,))
    news.record(phone.device, actor=uuid4(), at=later(9))
