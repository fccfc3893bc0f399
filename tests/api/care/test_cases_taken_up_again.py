"""A closed case is taken up again by a contact, a waiting one when nothing is waited for any more."""

from __future__ import annotations

from tests.api.care.test_cases import SATISFIED, resolved
from tests.api.conftest import ApiClient
from tests.support.api_steps import case, command, create, customer, read, refusal


def test_a_contact_reopens_a_closed_case_which_shows_nothing_of_its_end_any_more(api: ApiClient) -> None:
    """Issue 9, 6 and 15: a closed case may be reopened by a contact, as a decision with a reason."""
    id = case(api, customer(api))
    resolved(api, id)
    command(api, f"cases/{id}/close", **SATISFIED)
    contact = create(api, "contacts", channel="phone")

    without = refusal(api, f"cases/{id}/reopen", reason="We want to")
    command(api, f"cases/{id}/reopen", by_contact=contact, reason="It drips again.")

    shown = read(api, f"cases/{id}")
    assert without == (409, "case-is-final")
    assert (shown["status"], shown["reopened_by"], shown["reopen_reason"]) == (
        "in_progress",
        contact,
        "It drips again.",
    )
    assert [shown[name] for name in ("closed_at", "outcome", "basis", "resolved_at", "waived_by")] == [None] * 5
    assert read(api, f"contacts/{contact}")["case"] == id
    create(api, "work-orders", case=id)


def test_a_waiting_case_is_resumed(api: ApiClient) -> None:
    """Issue 9, 15: a waiting case can be resumed, and only that."""
    id = case(api, customer(api))

    early = refusal(api, f"cases/{id}/resume")
    command(api, f"cases/{id}/wait", on="parts")
    command(api, f"cases/{id}/resume")

    shown = read(api, f"cases/{id}")
    assert early == (409, "not-waiting")
    assert (shown["status"], shown["waits_on"]) == ("in_progress", None)
