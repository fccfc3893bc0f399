"""A phone repair shop's log of three weeks, recorded by the office and twelve devices, with every line accounted for.

How a line becomes an event is described in `tests/support/phone_repairs.py`.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple
from uuid import UUID, uuid5

import pytest

from tests.support.company import Company
from tests.support.concurrent_commands import Command, give_all, upload
from tests.support.http_device import HttpDevice
from tests.support.office_client import Json, OfficeClient
from tests.support.phone_repairs import (
    CUSTOMERS,
    Line,
    archiving,
    cases_of,
    lines_of,
    named,
    opening,
    operations,
    stints_of,
)
from tests.support.real_data import rows_of

TOPICS = {
    "Register": "case.opened",
    "Restart Repair": "work_order.opened",
    "Inform User": "contact.received",
    "Archive Repair": "case.closed",
    "start": "work_order.labour_recorded",
    "Analyze": "work_order.diagnosed",
    "Repair": "work_order.completed",
    "Test": "work_order.completed",
}


class Shop(NamedTuple):
    """The lines, the operations by device, and the results of the pushes."""

    company: Company
    lines: list[Line]
    office: OfficeClient
    user: UUID
    results: list[Json]
    events: list[Json]


@pytest.fixture(scope="module")
def shop(request: pytest.FixtureRequest) -> Shop:
    lines = lines_of(rows_of("phone_repairs.csv"))
    company: Company = request.getfixturevalue("company")
    random, cases = Random(1104), cases_of(lines)
    crew = {name: company.hire(name) for name in sorted({line.resource for line in lines if line.work()})}
    technicians = {name: person.id for name, person in crew.items()}
    office = company.desk("dispatcher", "agent")
    registered = [
        [Command("customers", {"id": named("customer", n), "name": f"Customer {n}"})] for n in range(CUSTOMERS)
    ]
    give_all(office, registered)
    give_all(office, [opening(case, technicians) for case in cases.values()])

    devices = {name: HttpDevice(company.url, company.code(person)) for name, person in crew.items()}
    outboxes: dict[HttpDevice, list[Json]] = {device: [] for device in devices.values()}
    stints = [stint for case in cases.values() for stint in stints_of(case)]
    stints.sort(
        key=lambda one: one.start.at + timedelta(days=random.choice([0] * 9 + [9]))
    )  # one in ten is entered late
    for stint in stints:
        device = devices[stint.technician]
        outboxes[device] += [device.operation(kind, data, line.at, id) for line, id, kind, data in operations(stint)]
    results = upload(outboxes, random, late=[devices["SolverC1"], devices["Tester4"]])
    give_all(office, [archiving(case) for case in cases.values()])

    auditor = company.desk("auditor")
    auditor.position = office.position
    session = office.ask("GET", "/api/v1/sessions/current").json()
    return Shop(company, lines, office, UUID(session["id"]), results, list(auditor.every("events")))


def topic_of(line: Line) -> str:
    """The topic of a line's event."""
    return TOPICS["start" if line.phase == "start" else line.work() or line.activity]


def test_every_line_of_the_log_is_one_event_with_its_own_time(shop: Shop) -> None:
    by_operation: dict[tuple[str, str], list[Json]] = {}
    for event in shop.events:
        by_operation.setdefault((event["operation_id"], event["topic"]), []).append(event)
    positions = set()
    for line in shop.lines:
        operation = line.operation() if line.work() else uuid5(shop.user, line.key())
        [event] = by_operation[str(operation), topic_of(line)]
        assert datetime.fromisoformat(event["occurred_at"]) == line.at
        assert (event["device"] is not None) == bool(line.work())
        positions.add(event["position"])
    assert len(positions) == len(shop.lines) == 11_855


def test_nothing_is_there_twice_and_nothing_was_put_aside(shop: Shop) -> None:
    assert Counter(result["status"] for result in shop.results) == {"applied": 9_347 + 4_121}
    counted = Counter(event["topic"] for event in shop.events)
    assert (counted["case.opened"], counted["case.closed"], counted["contact.received"]) == (
        1_104,
        1_000,
        1_104 + 1_102,
    )
    assert counted["work_order.opened"] == counted["work_order.assigned"] == 1_104 + 1_510 + 1_508
    assert counted["work_order.labour_recorded"] == 1_104 + 1_510 + 1_508
    assert counted["work_order.diagnosed"] == 1_104
    assert counted["work_order.completed"] == 1_104 + 1_509 + 1_508
    assert [event["position"] for event in shop.events] == list(range(1, len(shop.events) + 1))
    assert list(shop.office.every("discrepancies")) == []


def test_a_thousand_of_all_cases_are_closed(shop: Shop) -> None:
    cases = list(shop.office.every("cases"))
    assert len({case["id"] for case in cases}) == len(cases) == 1_104
    assert Counter(case["status"] for case in cases)["closed"] == 1_000
    assert Counter(case["outcome"] for case in cases if case["outcome"]) == {"satisfied": 964, "unsatisfied_final": 36}


def test_the_first_test_says_fixed_in_809_cases(shop: Shop) -> None:
    tests: dict[str, list[Json]] = {}
    for order in shop.office.every("work-orders"):
        found = [one for one in order["completions"] if one["remedy"] == "tested"]
        tests.setdefault(order["case"], []).extend(found)
    assert len(tests) == 1_104
    first = [min(found, key=lambda one: str(one["at"])) for found in tests.values() if found]
    assert sum(test["fixed"] == "yes" for test in first) == 809


def test_the_views_are_what_the_log_says(shop: Shop) -> None:
    assert [view["name"] for view in shop.company.verified() if not view["equal"]] == []


def test_a_case_tells_its_story_in_the_order_of_what_happened(shop: Shop) -> None:
    timeline = list(shop.office.every(f"cases/{named('case', '10')}/timeline"))
    happened = [datetime.fromisoformat(entry["occurred_at"]) for entry in timeline]
    assert happened in (sorted(happened), sorted(happened, reverse=True))
    fixed = [entry for entry in timeline if entry["topic"] == "work_order.completed"]
    assert len(fixed) == 1 + 2 + 2
