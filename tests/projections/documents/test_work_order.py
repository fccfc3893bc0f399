"""The document of a work order: complete enough to work by it offline."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from projections.documents.documents import Documents
from tests.support.jobs import ANNA, BORIS, PUMP, VAN, Office
from tests.support.logs import NOON
from tests.support.projected_log import ProjectedLog, projected_log_on
from tests.support.pulled_documents import Phone, summary


@pytest.fixture
def projected(database: str) -> Iterator[ProjectedLog]:
    with projected_log_on(database, Documents()) as made:
        yield made


@pytest.fixture
def office(projected: ProjectedLog) -> Office:
    return Office(projected)


def test_a_work_order_says_all_that_its_technician_needs_offline(projected: ProjectedLog, office: Office) -> None:
    office.machine.set_warranty(from_=date(2026, 1, 1), until=date(2026, 12, 31), terms="maker")
    case, anna = uuid4(), Phone(projected, ANNA)
    order = office.order(case=case, equipment=office.machine.id, priority="high")
    visit = office.visit(order)
    order.require_part(part=PUMP, quantity=Decimal("1.50"), why="worn")
    order.record_diagnosis(problem="leaking", cause="wear", remedy="part_replaced", note="old seal")
    order.record_note("mind the dog")
    order.record_labour(minutes=30, kind="work", technician=ANNA)
    projected.record(order, office.machine, office.used(order))

    anna.pull()

    at = "2026-11-20T12:00:00.120000Z"
    body = anna.has("work_order")[str(order.id)]
    assert body == {
        "id": str(order.id),
        "number": "W-1",
        "status": "in_progress",
        "problem": "It drips",
        "priority": "high",
        "technician": str(ANNA),
        "hold_reason": None,
        "opened_at": at,
        "finished_at": None,
        "case": str(case),
        "customer": {
            "id": str(office.customer.id),
            "name": "Ada",
            "phones": ["030 1"],
            "email": None,
            "language": "en",
        },
        "site": {
            "id": str(office.site),
            "address": "Lindenallee 7",
            "access_notes": "ring twice",
            "zone": "Europe/Berlin",
        },
        "equipment": {
            "id": str(office.machine.id),
            "model": "B-200",
            "serial": "S1",
            "warranties": [{"from": "2026-01-01", "until": "2026-12-31", "terms": "maker"}],
            "repairs": [],
        },
        "parts_required": [{"part": str(PUMP), "quantity": "1.5", "why": "worn", "at": at}],
        "parts_used": [
            {
                "part": str(PUMP),
                "quantity": "1",
                "location": str(VAN),
                "serials": [],
                "lot": None,
                "technician": str(ANNA),
                "at": at,
            }
        ],
        "notes": [{"text": "mind the dog", "at": at}],
        "labour": [{"minutes": 30, "kind": "work", "technician": str(ANNA), "at": at}],
        "photos": [],
        "outcomes": [],
        "visits": [
            {
                "id": str(visit.id),
                "technician": str(ANNA),
                "status": "planned",
                "window_start": at,
                "window_end": "2026-11-20T14:00:00.120000Z",
            }
        ],
        "diagnosis": {
            "problem": "leaking",
            "cause": "wear",
            "remedy": "part_replaced",
            "note": "old seal",
            "at": at,
        },
    }
    seen = anna.has("visit")[str(visit.id)]
    assert (seen["work_order"], seen["technician"], seen["status"]) == (str(order.id), str(ANNA), "planned")
    projected.check_rebuild()


def test_a_bare_work_order_still_has_every_member_that_clients_rely_on(projected: ProjectedLog, office: Office) -> None:
    order, anna = office.order(site=None), Phone(projected, ANNA)
    anna.pull()
    body = anna.has("work_order")[str(order.id)]
    assert body["site"] == {"id": None, "address": None, "access_notes": None, "zone": "Europe/Berlin"}
    assert "equipment" not in body
    assert "diagnosis" not in body
    assert body["parts_required"] == body["parts_used"] == body["notes"] == body["visits"] == []


def test_the_last_five_repairs_of_a_machine_come_with_its_next_job(projected: ProjectedLog, office: Office) -> None:
    anna, earlier = Phone(projected, ANNA), []
    for number in range(7):
        order = office.order(BORIS, number=f"W-{number}", equipment=office.machine.id)
        order.record_diagnosis(problem="leaking", cause="wear", remedy="cleaned", note="Ada was angry")
        order.record_completion(technician=BORIS, fixed="temporary")
        projected.record(order, at=NOON + timedelta(days=number))
        earlier.append(order)
    current = office.order(number="W-9", equipment=office.machine.id)
    anna.pull()

    repairs = anna.has("work_order")[str(current.id)]["equipment"]["repairs"]
    assert [each["number"] for each in repairs] == ["W-6", "W-5", "W-4", "W-3", "W-2"]
    assert repairs[0] == {
        "work_order": str(earlier[6].id),
        "number": "W-6",
        "finished_at": "2026-11-26T12:00:00.120000Z",
        "diagnosis": {"problem": "leaking", "cause": "wear", "remedy": "cleaned"},
        "outcome": {"outcome": "completed", "fixed": "temporary", "remedy": None},
        "parts_used": [],
    }

    projected.record(office.used(earlier[5], "2"))
    earlier[6].reopen("It drips again")
    projected.record(earlier[6], at=NOON + timedelta(days=8))

    assert summary(anna.pull()) == [("work_order", str(current.id), None)]
    repairs = anna.has("work_order")[str(current.id)]["equipment"]["repairs"]
    assert [each["number"] for each in repairs] == ["W-5", "W-4", "W-3", "W-2", "W-1"]
    assert repairs[0]["parts_used"] == [{"part": str(PUMP), "quantity": "2"}]
    projected.check_rebuild()
