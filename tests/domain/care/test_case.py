"""A case goes from the first contact to a customer who says that they are satisfied."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from domain.care.case import Case
from domain.care.case_status import (
    CaseIsFinal,
    CaseIsResolved,
    MergedIntoItself,
    NotResolved,
    SomethingIsOpen,
    Status,
)
from tests.support.given_when_then import given, then

CUSTOMER, CONTACT, ORDER, OTHER = uuid4(), uuid4(), uuid4(), uuid4()
MONDAY = datetime(2026, 11, 16, 8, tzinfo=UTC)
Act = Callable[[Case], object]


def case(*acts: Act) -> Case:
    opened = Case.open(id=uuid4(), customer=CUSTOMER, topic="troubleshooting", first_contact_at=MONDAY)
    return given(opened, *acts)


def resolved(it: Case) -> None:
    it.resolve("New pump.")


def closed(it: Case) -> None:
    resolved(it)
    it.close(outcome="satisfied", basis="survey", open_work_orders=0)


def merged(it: Case) -> None:
    it.merge(OTHER)


UNRESOLVED_ONLY: list[Act] = [lambda it: it.start_work(ORDER), lambda it: it.wait("parts"), resolved]
RESOLVED_ONLY: list[Act] = [
    lambda it: it.reopen(),
    lambda it: it.close(outcome="no_reply", basis="timeout", open_work_orders=0),
]


def test_a_case_opens_at_the_first_contact_which_may_be_long_ago() -> None:
    it = Case.open(id=uuid4(), customer=CUSTOMER, topic="billing", first_contact_at=MONDAY, priority="high")

    fields = {"customer": CUSTOMER, "topic": "billing", "priority": "high", "first_contact_at": MONDAY}
    assert then(it) == [("case.opened", fields)]
    assert it.status == Status.OPEN


@pytest.mark.parametrize("stage", [lambda it: it.attach_contact(OTHER), resolved, closed, merged])
def test_a_contact_about_a_case_is_attached_once_whatever_has_become_of_it(stage: Act) -> None:
    it = case(stage)

    it.attach_contact(CONTACT)
    it.attach_contact(CONTACT)

    assert then(it) == [("case.contact_attached", {"contact": CONTACT})]


def test_work_ends_the_waiting_and_names_its_work_order() -> None:
    it = case(lambda it: it.wait("customer"))

    it.start_work(ORDER)

    assert then(it) == [("case.work_started", {"work_order": ORDER})]
    assert it.status == Status.IN_PROGRESS


def test_work_without_an_order_starts_once() -> None:
    it = case(lambda it: it.start_work())

    it.start_work()

    assert then(it) == []


def test_a_case_waits_on_one_thing_at_a_time() -> None:
    it = case(lambda it: it.wait("parts"))

    it.wait("parts")
    it.wait("payment")

    assert then(it) == [("case.waiting", {"on": "payment"})]
    assert it.status == Status.WAITING


def test_a_case_is_resolved_in_our_words() -> None:
    it = case()

    it.resolve("New pump.")

    assert then(it) == [("case.resolved", {"customer": CUSTOMER, "resolution": "New pump."})]
    assert it.status == Status.RESOLVED


def test_a_contact_reopens_what_was_not_resolved_after_all() -> None:
    it = case(resolved)

    it.reopen(by_contact=CONTACT)

    assert then(it) == [("case.reopened", {"customer": CUSTOMER, "by_contact": CONTACT})]
    assert it.status == Status.IN_PROGRESS


@pytest.mark.parametrize(("outcome", "basis"), [("satisfied", "spoken"), ("unsatisfied_final", "survey")])
def test_a_case_ends_with_what_the_customer_says(outcome: str, basis: str) -> None:
    it = case(resolved)

    it.close(outcome=outcome, basis=basis, open_work_orders=0)  # type: ignore[arg-type]

    fields = {"customer": CUSTOMER, "outcome": outcome, "basis": basis}
    assert then(it) == [("case.closed", fields | {"open_work_orders": 0, "open_discrepancies": 0})]
    assert it.is_final()


@pytest.mark.parametrize(("orders", "discrepancies"), [(1, 0), (0, 2)])
def test_no_case_closes_with_something_open_on_it(orders: int, discrepancies: int) -> None:
    it = case(resolved)

    with pytest.raises(SomethingIsOpen) as refused:
        it.close(outcome="satisfied", basis="spoken", open_work_orders=orders, open_discrepancies=discrepancies)

    assert refused.value.members == {"open_work_orders": orders, "open_discrepancies": discrepancies}
    assert it.status == Status.RESOLVED


def test_what_is_open_may_be_waived_by_name_with_a_reason() -> None:
    it, supervisor = case(resolved), uuid4()

    with pytest.raises(SomethingIsOpen):
        it.close(outcome="satisfied", basis="spoken", open_work_orders=1, waived_by=supervisor)
    it.close(outcome="satisfied", basis="spoken", open_work_orders=1, waived_by=supervisor, waiver="Goodwill.")

    [(topic, fields)] = then(it)
    assert topic == "case.closed"
    assert (fields["open_work_orders"], fields["waived_by"], fields["waiver"]) == (1, supervisor, "Goodwill.")


def test_a_case_goes_on_in_another_one_about_the_same() -> None:
    it = case()

    it.merge(OTHER)

    assert then(it) == [("case.merged", {"into": OTHER})]
    assert it.is_final()


def test_a_case_does_not_go_on_in_itself() -> None:
    it = case()

    with pytest.raises(MergedIntoItself):
        it.merge(it.id)


@pytest.mark.parametrize("decide", [*UNRESOLVED_ONLY, *RESOLVED_ONLY, merged])
@pytest.mark.parametrize("end", [closed, merged])
def test_a_closed_or_merged_case_takes_no_decision(end: Act, decide: Act) -> None:
    it = case(end)

    with pytest.raises(CaseIsFinal):
        decide(it)

    assert then(it) == []


@pytest.mark.parametrize("decide", UNRESOLVED_ONLY)
def test_a_resolved_case_is_reopened_before_more_is_done(decide: Act) -> None:
    with pytest.raises(CaseIsResolved):
        decide(case(resolved))


@pytest.mark.parametrize("decide", RESOLVED_ONLY)
@pytest.mark.parametrize(
    "stage", [lambda it: it.attach_contact(OTHER), lambda it: it.start_work(), lambda it: it.wait("vendor")]
)
def test_only_a_resolved_case_is_closed_or_reopened(stage: Act, decide: Act) -> None:
    with pytest.raises(NotResolved):
        decide(case(stage))
