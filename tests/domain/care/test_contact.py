"""A contact is received, understood, linked to its case and answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from domain.care.contact import Contact, ContactIsDuplicate, DuplicateOfItself, Status
from domain.kernel.problem import BadInput
from tests.support.given_when_then import given, then

CUSTOMER, CASE, EARLIER = uuid4(), uuid4(), uuid4()
NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
Act = Callable[[Contact], object]


def stranger(*acts: Act) -> Contact:
    return given(Contact.receive(id=uuid4(), channel="phone", direction="in", started_at=NINE), *acts)


DECISIONS: list[Act] = [
    lambda it: it.set_reason("Where is the technician?"),
    lambda it: it.link(CASE),
    lambda it: it.confirm_cause(demand="failure", cause="late", basis="check"),
    lambda it: it.answer(),
    lambda it: it.mark_duplicate(EARLIER),
]


def test_the_words_of_a_contact_belong_to_the_customer() -> None:
    it = Contact.receive(
        id=uuid4(), channel="email", direction="in", started_at=NINE, customer=CUSTOMER, message_id="m-1", about="Hum"
    )

    fields = {"person": CUSTOMER, "channel": "email", "direction": "in", "started_at": NINE}
    assert then(it) == [("contact.received", fields | {"customer": CUSTOMER, "message_id": "m-1", "about": "Hum"})]
    assert it.status == Status.RECEIVED


def test_the_words_of_a_stranger_belong_to_the_contact_until_somebody_knows_them() -> None:
    it = stranger()

    it.set_reason("It hums.")
    it.link(CASE, customer=CUSTOMER)
    it.set_reason("It still hums.")

    assert then(it) == [
        ("contact.reason_set", {"person": it.id, "reason": "It hums."}),
        ("contact.linked", {"case": CASE, "customer": CUSTOMER}),
        ("contact.reason_set", {"person": CUSTOMER, "reason": "It still hums."}),
    ]


def test_a_contact_does_not_end_before_it_starts() -> None:
    with pytest.raises(BadInput) as refused:
        Contact.receive(
            id=uuid4(), channel="phone", direction="out", started_at=NINE, ended_at=NINE - timedelta(seconds=1)
        )

    assert refused.value.errors[0]["pointer"] == "/ended_at"


def test_a_contact_with_a_reason_is_classified() -> None:
    it = stranger()

    it.set_reason("It hums.")

    assert it.status == Status.CLASSIFIED


def test_a_contact_can_be_linked_anew_and_says_to_which_case_it_was() -> None:
    it, other = stranger(lambda it: it.link(CASE)), uuid4()

    it.link(other, repeat_of=EARLIER)

    assert then(it) == [("contact.linked", {"case": other, "previous": CASE, "repeat_of": EARLIER})]
    assert it.status == Status.LINKED


def test_linking_to_the_same_case_again_changes_nothing() -> None:
    it = stranger(lambda it: it.link(CASE))

    it.link(CASE)

    assert then(it) == []


def test_a_confirmed_cause_names_the_events_that_led_to_the_contact() -> None:
    it = stranger()

    it.confirm_cause(demand="failure", cause="missed_visit", basis="check", causing_events=(17, 42))

    fields = {"demand": "failure", "cause": "missed_visit", "basis": "check", "causing_events": (17, 42)}
    assert then(it) == [("contact.cause_confirmed", fields)]


def test_a_contact_is_answered_once_and_stays_so() -> None:
    it = stranger()

    it.answer()
    it.answer()
    it.link(CASE)

    assert [topic for topic, _ in then(it)] == ["contact.answered", "contact.linked"]
    assert it.status == Status.ANSWERED


def test_a_contact_received_twice_points_to_the_other_and_takes_no_decision() -> None:
    it = stranger()

    it.mark_duplicate(EARLIER)

    assert then(it) == [("contact.duplicate_of", {"contact": EARLIER})]
    for decide in DECISIONS:
        with pytest.raises(ContactIsDuplicate):
            decide(it)


def test_a_contact_is_not_its_own_duplicate() -> None:
    it = stranger()

    with pytest.raises(DuplicateOfItself):
        it.mark_duplicate(it.id)
