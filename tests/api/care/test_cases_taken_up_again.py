"""A closed case is taken up again by a contact, a waiting one when nothing is waited for any more."""

from __future__ import annotations

from tests.api.care.test_cases import SATISFIED, resolved
from tests.api.conftest import House
from tests.support.api_steps import case, customer, made, read, refused, told


def test_a_contact_reopens_a_closed_case_which_shows_nothing_of_its_end_any_more(house: House) -> None:
    """Issue 9, 6 and 15: a closed case may be reopened by a contact, as a decision with a reason."""
    id = case(house, customer(house))
    resolved(house, id)
    told(house, f"cases/{id}/close", **SATISFIED)
    contact = made(house, "contacts", channel="phone")

    without = refused(house, f"cases/{id}/reopen", reason="We want to")
    told(house, f"cases/{id}/reopen", by_contact=contact, reason="It drips again.")

    shown = read(house, f"cases/{id}")
    assert without == (409, "case-is-final")
    assert (shown["status"], shown["reopened_by"], shown["reopen_reason"]) == (
        "in_progress",
        contact,
        "It drips again.",
    )
    assert [shown[name] for name in ("closed_at", "outcome", "basis", "resolved_at", "waived_by")] == [None] * 5
    assert read(house, f"contacts/{contact}")["case"] == id
    made(house, "work-orders", case=id)


def test_a_waiting_case_is_resumed(house: House) -> None:
    """Issue 9, 15: a waiting case can be resumed, and only that."""
    id = case(house, customer(house))

    early = refused(house, f"cases/{id}/resume")
    told(house, f"cases/{id}/wait", on="parts")
    told(house, f"cases/{id}/resume")

    shown = read(house, f"cases/{id}")
    assert early == (409, "not-waiting")
    assert (shown["status"], shown["waits_on"]) == ("in_progress", None)
