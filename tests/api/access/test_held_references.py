"""Issue 8, 7a: what names an own operation that is held waits with it, so that the order of arrival changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations, pairwise
from typing import Any
from uuid import UUID

import pytest

from domain.access.device_limits import LONGEST_HELD
from domain.work.visit import Visit
from tests.api.conftest import ApiClient
from tests.support.held_operations import Company, Json


@pytest.fixture
def company(api: ApiClient) -> Company:
    return Company(api)


def received(company: Company, **more: Any) -> Json:
    """A part that has come into the van."""
    data = {"location": str(company.field.van), "counterparty": str(company.field.van), "part": str(company.field.part)}
    return company.anna.operation("part_received", data | {"quantity": "1", "serials": []}, **more)


def correction(company: Company, wrong: Json, **more: Any) -> Json:
    """That it has not happened."""
    return company.anna.operation("fact_corrected", {"operation": wrong["id"]}, **more)


def cuts(operations: list[Json]) -> Iterator[list[list[Json]]]:
    """Every way to send them in order, in one push or in several."""
    inner = range(1, len(operations))
    for many in range(len(operations)):
        for ends in combinations(inner, many):
            bounds = [0, *ends, len(operations)]
            yield [operations[begin:end] for begin, end in pairwise(bounds)]


WAYS = [(cut, at) for cut in range(4) for at in range(4)]


@pytest.mark.parametrize(("cut", "at"), WAYS)
def test_a_correction_of_a_held_fact_waits_with_it_in_any_order(company: Company, cut: int, at: int) -> None:
    """Issue 8, 7a: received with `needs`, taken back, received again; what is needed comes at any moment."""
    wrong = received(company, needs=[company.needed["id"]])
    pushes = list(cuts([wrong, correction(company, wrong), received(company)]))[cut]
    for number, push in enumerate(pushes):
        if number == at:
            company.arrive()
        company.anna.send(*push)
        company.settle()
    if at >= len(pushes):
        company.arrive()
    company.settle(times=4)

    assert company.on_hand() == Decimal(1)
    assert {item["status"] for item in company.operations()} <= {"applied"}


def test_all_that_names_it_waits_and_what_names_that_as_well(company: Company) -> None:
    """Issue 8, 7a: a chain: a visit that was asked for and is held, its steps, and the correction of one of them."""
    needs = [company.needed["id"]]
    asked = company.anna.operation("request_visit", {"work_order": company.order}, needs=needs)
    step = company.anna.operation("visit_accepted", {"visit": asked["id"]})
    taken_back = correction(company, step)
    free = company.note(company.anna, "free")
    assert [company.anna.result(one).status for one in (asked, step, taken_back, free)] == ["held"] * 3 + ["applied"]
    assert [item["needs"] for item in company.operations()] == [needs, [asked["id"]], [step["id"]]]

    company.arrive()
    assert company.settle(times=4) == 3

    assert set(company.statuses()) == {"applied"}
    assert company.log.work().find(Visit, UUID(asked["id"])) is not None


def test_it_waits_with_the_operation_of_another_phone_of_the_technician_too(company: Company) -> None:
    """Issue 8, 7a: whichever phone says it."""
    wrong = received(company, needs=[company.needed["id"]])
    assert company.anna.result(wrong).status == "held"
    taken_back = company.second.operation("fact_corrected", {"operation": wrong["id"]})
    assert company.second.result(taken_back).status == "held"
    company.arrive()
    company.settle(times=4)
    assert company.on_hand() == Decimal(0)


def test_when_what_it_names_goes_to_the_office_it_goes_on_waiting(company: Company) -> None:
    """Issue 8, 7a: discarded by the office, there is nothing left to take back."""
    wrong = received(company, needs=[company.needed["id"]])
    company.anna.send(wrong)
    company.anna.send(correction(company, wrong))
    assert company.api.post(f"/api/v1/operations/{wrong['id']}/discard", {"reason": "a test"}).status_code == 200
    company.settle(times=3)
    assert company.statuses() == ["discarded", "quarantined"]
    assert company.on_hand() == Decimal(0)


def test_after_72_hours_what_names_a_held_one_is_decided_behind_it(company: Company) -> None:
    """Issue 8, 7a: whichever phone says it, and whichever comes first when both are forced."""
    wrong = received(company, needs=[company.needed["id"]])
    company.anna.send(wrong)
    for phone in (company.second, company.boris, company.anna):
        phone.send(phone.operation("fact_corrected", {"operation": wrong["id"]}))
    assert company.statuses() == ["held"] * 4

    assert company.settle(times=2, later=LONGEST_HELD) == 4

    assert company.on_hand() == Decimal(0)
    assert company.statuses()[0] == "conflicted"
