"""A technician's offline day: everything recorded without a network arrives with its own time, and both sides agree."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from sync.device import Device, OfflineError
from sync.device.world import local_now
from tests.support.company import Company, Technician
from tests.support.faulty_relay import FaultyRelay
from tests.support.office_client import Json
from tests.support.story import Story, ago, used

NOTE = "Seal replaced, tested for ten minutes"


def a_day(phone: Device, order: str, visit: str, anna: Technician, part: str) -> list[tuple[str, datetime]]:
    """Anna's operations at one customer, with their times."""
    steps: list[tuple[str, Json]] = [
        ("visit_accepted", {"visit": visit}),
        ("travel_started", {"visit": visit}),
        ("arrived", {"visit": visit}),
        ("diagnosed", {"work_order": order, "problem": "leak", "cause": "seal", "remedy": "replace"}),
        ("part_used", used(order, anna.van, part, visit=visit)),
        ("labour_recorded", {"work_order": order, "minutes": 35, "kind": "work"}),
        ("note_added", {"work_order": order, "text": NOTE}),
        ("work_completed", {"work_order": order, "fixed": "yes", "remedy": "seal"}),
        ("satisfaction_recorded", {"work_order": order, "csat": 5, "solved": True}),
        ("visit_done", {"visit": visit}),
    ]
    day = [(kind, data, ago(120 - 10 * number)) for number, (kind, data) in enumerate(steps)]
    for kind, data, at in day:
        phone.record(kind, data, at)
    return [(kind, at) for kind, _, at in day]


def test_a_day_without_network_arrives_whole_and_in_its_own_time(company: Company) -> None:
    story = Story(company)
    anna, part = company.hire("Anna"), story.part()
    story.stock(anna.van, part, "3")
    case = story.case(story.customer())
    order = story.job(anna, case)
    visit = story.visit(order, anna)
    with FaultyRelay(company.url) as wire:
        phone = company.blank_device(wire.url, tries=1)
        phone.enrol(company.code(anna), "Anna's phone")
        phone.sync()
        assert phone.document("work_order", order) is not None
        assert [line["on_hand"] for line in phone.stock()] == [3]

        wire.cut.set()
        day = a_day(phone, order, visit, anna, part)
        with pytest.raises(OfflineError):
            phone.sync()
        assert [(line["on_hand"], line["confirmed"]) for line in phone.stock()] == [(Decimal(2), Decimal(3))]
        assert story.on_hand(anna.van, part) == "3"

        wire.cut.clear()
        results = phone.sync().results
    assert [result["status"] for result in results] == ["applied"] * len(day)
    assert phone.outbox() == []
    events = [
        event for event in company.admin.every("events", device=phone.status()["device_id"]) if event["device_seq"]
    ]
    by_operation = {event["operation_id"]: event for event in events}
    for result, (_, at) in zip(results, day, strict=True):
        happened = datetime.fromisoformat(by_operation[result["id"]]["occurred_at"])
        assert abs(happened - at) < timedelta(milliseconds=1)
    assert sorted(event["device_seq"] for event in by_operation.values()) == list(range(1, len(day) + 1))

    company.admin.position = max(event["position"] for event in events)
    assert company.admin.get(f"work-orders/{order}")["status"] == "completed"
    assert company.admin.get(f"visits/{visit}")["status"] == "done"
    assert story.on_hand(anna.van, part) == "2"
    topics = [entry["topic"] for entry in company.admin.every(f"cases/{case}/timeline")]
    assert {"contact.received", "work_order.diagnosed", "stock.moved", "work_order.completed"} <= set(topics)
    assert story.open_discrepancies(work_order=order) == []


def test_afterwards_the_device_shows_what_a_new_one_downloads(company: Company) -> None:
    story = Story(company)
    anna, part = company.hire("Anna"), story.part()
    story.stock(anna.van, part, "3")
    phone = company.device(anna)
    for _ in range(3):
        order = story.job(anna, story.case(story.customer()))
        phone.sync()
        a_day(phone, order, story.visit(order, anna), anna, part)
    phone.sync()
    phone.sync()
    fresh = company.device(anna)
    assert documents(phone) == documents(fresh)
    assert {"work_order", "visit", "stock", "part", "location"} <= {kind for kind, _ in documents(fresh)}


def test_a_clock_that_is_hours_ahead_does_not_move_what_happened(company: Company) -> None:
    story = Story(company)
    anna = company.hire("Anna")
    order = story.job(anna)
    phone = company.device(anna, clock=lambda: local_now() + timedelta(hours=3))
    before = local_now()
    phone.record("note_added", {"work_order": order, "text": NOTE})
    [result] = phone.sync().results
    event = company.admin.get(f"events/{result['positions'][0]}")
    assert abs(datetime.fromisoformat(event["occurred_at"]) - before) < timedelta(seconds=10)


def documents(device: Device) -> dict[tuple[str, str], Json]:
    """The documents of a device, without those that are for this device only."""
    kinds = device.status()["documents"]
    return {
        (kind, document["id"]): document["body"]
        for kind in kinds
        if kind != "operation"
        for document in device.documents(kind)
        if document["gone"] is None
    }
