"""The story of a case and of a machine, in the order in which it happened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.care.case import Case
from domain.care.contact import Contact
from domain.care.survey import Survey
from domain.stock.stock_movement import StockMovement
from domain.work.equipment import Equipment
from domain.work.visit import Visit
from domain.work.work_order import WorkOrder
from projections.care.cases import Cases
from projections.care.contacts import Contacts
from projections.care.timeline import Timeline, TimelineRow, case_timeline, equipment_timeline
from projections.work.work_orders import WorkOrders
from tests.support.logs import NOON
from tests.support.projected_log import ProjectedLog, projected_log_on

CUSTOMER, ANNA = UUID(int=1), UUID(int=2)


@pytest.fixture
def projected(database: str) -> Iterator[ProjectedLog]:
    with projected_log_on(database, Cases(), Contacts(), WorkOrders(), Timeline()) as made:
        yield made


def at(minutes: int) -> timedelta:
    return timedelta(minutes=minutes)


def call(work_order: UUID | None = None) -> Contact:
    fields: Any = {"channel": "phone", "direction": "in", "started_at": NOON, "about": "Waldmeister"}
    return Contact.receive(id=uuid4(), customer=CUSTOMER, work_order=work_order, **fields)


def opened() -> Case:
    return Case.open(id=uuid4(), customer=CUSTOMER, topic="troubleshooting", first_contact_at=NOON)


def order(case: Case | None = None, equipment: UUID | None = None) -> WorkOrder:
    return WorkOrder.open(
        id=uuid4(),
        number="W-1",
        customer=CUSTOMER,
        problem="Waldmeister drips",
        case=case.id if case else None,
        equipment=equipment,
    )


def story(projected: ProjectedLog, case: Case) -> list[TimelineRow]:
    with projected.seen() as reader:
        return case_timeline(reader, case.id, limit=99)


def test_a_case_tells_everything_that_concerns_it_in_the_order_in_which_it_happened(projected: ProjectedLog) -> None:
    first, case, part, van = call(), opened(), uuid4(), uuid4()
    job = order(case)
    job.assign(ANNA)
    visit = Visit.plan(
        id=uuid4(),
        work_order=job.id,
        customer=CUSTOMER,
        technician=ANNA,
        window_start=NOON,
        window_end=NOON + at(60),
        zone="Europe/Berlin",
    )
    projected.record(first, at=NOON)
    projected.record(case, at=NOON + at(1))
    first.link(case.id)
    case.attach_contact(first.id)
    projected.record(first, case, at=NOON + at(2))
    projected.record(job, visit, at=NOON + at(3))
    job.record_completion(technician=ANNA, fixed="yes", remedy="part_replaced")
    projected.record(job, at=NOON + at(40))
    used = StockMovement.record(
        id=uuid4(), kind="consumption", part=part, quantity=Decimal(1), from_=van, to=uuid4(), work_order=job.id
    )
    visit.record_arrived(ANNA)
    job.record_diagnosis(problem="leaking", cause="wear", remedy="part_replaced", note="Waldmeister")
    projected.record(visit, at=NOON + at(20))
    projected.record(job, at=NOON + at(21))
    projected.record(used, at=NOON + at(30))
    spoke = call(work_order=job.id)
    projected.record(spoke, at=NOON + at(35))
    asked = Survey.record_asked(
        id=uuid4(), customer=CUSTOMER, case=case.id, work_order=job.id, csat=5, solved=True, comment="Waldmeister"
    )
    projected.record(asked, at=NOON + at(50))
    case.resolve("Waldmeister")
    projected.record(case, at=NOON + at(60))
    projected.record(order(), call(), opened(), at=NOON + at(25))

    rows = story(projected, case)

    assert [row["summary"] for row in rows] == [
        "contact.received:phone",
        "case.opened:troubleshooting",
        "contact.linked",
        "case.contact_attached",
        "work_order.opened",
        "work_order.assigned",
        "visit.planned",
        "visit.arrived",
        "work_order.diagnosed:part_replaced",
        "stock.moved:consumption",
        "contact.received:phone",
        "work_order.completed:yes",
        "survey.requested:visit",
        "survey.answered:5",
        "case.resolved",
    ]
    [moved] = [row for row in rows if row["topic"] == "stock.moved"]
    assert (moved["detail"]["part"], moved["detail"]["quantity"], moved["detail"]["from"]) == (str(part), "1", str(van))
    assert (moved["occurred_at"], moved["stream"]) == (NOON + at(30), used.id)
    projected.check_rebuild()


def test_the_rows_of_a_timeline_hold_nobodys_words(projected: ProjectedLog) -> None:
    case = opened()
    case.resolve("Waldmeister")
    job = order(case)
    job.record_note("Waldmeister")
    projected.record(call(), case, job)
    with projected.seen() as reader:
        assert reader.fetch_all("SELECT * FROM timeline")
        assert reader.fetch_all("SELECT position FROM timeline t WHERE t::text ~ 'Waldmeister'") == []


def test_a_case_goes_on_with_the_story_of_those_merged_into_it(projected: ProjectedLog) -> None:
    case, other, another = opened(), opened(), opened()
    another.merge(other.id)
    other.merge(case.id)
    job = order(another)
    projected.record(case, other, another, job)

    assert {row["stream"] for row in story(projected, case)} == {case.id, other.id, another.id, job.id}
    assert {row["stream"] for row in story(projected, another)} == {another.id, job.id}


def test_a_contact_linked_to_another_case_takes_its_story_along(projected: ProjectedLog) -> None:
    wrong, right, contact = opened(), opened(), call()
    contact.link(wrong.id)
    contact.link(right.id)
    projected.record(wrong, right, contact)

    assert contact.id not in {row["stream"] for row in story(projected, wrong)}
    assert contact.id in {row["stream"] for row in story(projected, right)}


def test_the_story_as_it_happened_by_an_instant_leaves_out_what_came_later(projected: ProjectedLog) -> None:
    case = opened()
    projected.record(case, at=NOON)
    case.wait("parts")
    projected.record(case, at=NOON + at(10))
    with projected.past.at(projected.projections, as_of=NOON + at(5)) as reader:
        assert [row["topic"] for row in case_timeline(reader, case.id, limit=9)] == ["case.opened"]


def test_a_story_is_read_page_by_page(projected: ProjectedLog) -> None:
    case = opened()
    for reason in ("parts", "vendor", "payment"):
        case.wait(reason)
    projected.record(case)
    everything = story(projected, case)
    with projected.seen() as reader:
        first = case_timeline(reader, case.id, limit=3)
        last = first[-1]
        rest = case_timeline(reader, case.id, limit=3, after=(last["occurred_at"], last["position"]))
    assert first + rest == everything


def test_a_machine_tells_its_own_story_and_that_of_its_repairs(projected: ProjectedLog) -> None:
    machine = Equipment.register(id=uuid4(), model="B-200")
    machine.install(site=uuid4(), customer=CUSTOMER)
    job = order(equipment=machine.id)
    projected.record(machine, job, order(), at=NOON)
    with projected.seen() as reader:
        topics = [row["topic"] for row in equipment_timeline(reader, machine.id, limit=9)]
    assert topics == ["equipment.registered", "equipment.installed", "work_order.opened"]
