"""A closed case is taken up again by a contact, a waiting one when nothing is waited for any more."""

from __future__ import annotations

import pytest

from domain.care.case_status import CaseIsFinal, CaseIsResolved, NotWaiting, Status
from tests.domain.care.test_case import CONTACT, CUSTOMER, OTHER, Act, case, closed, merged, resolved
from tests.support.given_when_then import then


def test_a_contact_reopens_a_closed_case_as_a_decision_with_a_reason() -> None:
    """Issue 9, 6 and 15: a closed case may be reopened by a contact, and then ends once more."""
    it = case(closed)

    it.reopen(by_contact=CONTACT, reason="It drips again.")
    it.resolve("Another pump.")
    it.close(outcome="satisfied", basis="spoken", open_work_orders=0)

    assert then(it)[0] == (
        "case.reopened",
        {"customer": CUSTOMER, "by_contact": CONTACT, "reason": "It drips again."},
    )
    assert it.status == Status.CLOSED


def test_a_closed_case_is_not_reopened_without_the_contact() -> None:
    """Issue 9, 6: without a contact nobody has come back."""
    it = case(closed)

    with pytest.raises(CaseIsFinal):
        it.reopen(reason="We would like to.")

    assert then(it) == []


def test_a_merged_case_is_not_reopened_by_a_contact() -> None:
    """Issue 9, 6: a merged case goes on in the other one."""
    with pytest.raises(CaseIsFinal):
        case(merged).reopen(by_contact=CONTACT)


def test_a_waiting_case_is_resumed() -> None:
    """Issue 9, 15: what it waited for has come."""
    it = case(lambda it: it.wait("parts"))

    it.resume()

    assert then(it) == [("case.resumed", {})]
    assert (it.status, it.waits_on) == (Status.IN_PROGRESS, None)


@pytest.mark.parametrize(
    ("stage", "refusal"),
    [
        (lambda it: it.start_work(), NotWaiting),
        (lambda it: it.attach_contact(OTHER), NotWaiting),
        (resolved, CaseIsResolved),
        (closed, CaseIsFinal),
        (merged, CaseIsFinal),
    ],
)
def test_only_a_waiting_case_is_resumed(stage: Act, refusal: type[Exception]) -> None:
    """Issue 9, 15: siblings of the waiting case."""
    with pytest.raises(refusal):
        case(stage).resume()
