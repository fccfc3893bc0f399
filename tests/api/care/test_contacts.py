"""The rules of contacts over HTTP."""

from __future__ import annotations

from uuid import UUID, uuid4

from domain.care.case import Case
from domain.kernel.instant import now
from tests.api.conftest import ApiClient
from tests.support.api_steps import command, create, customer, items, read, refusal

NOBODY = "0191cb40-11d2-7000-8f00-9d0f6b7c0001"


def contact(api: ApiClient, **more: object) -> str:
    return create(api, "contacts", **{"channel": "phone", "about": "It drips."} | more)


def case_of(api: ApiClient, owner: str) -> str:
    id = uuid4()
    api.commit(Case.open(id=id, customer=UUID(owner), topic="troubleshooting", first_contact_at=now()))
    return str(id)


def test_a_contact_is_written_down_with_who_took_it_and_what_they_said(api: ApiClient) -> None:
    agent, owner = api.user("agent"), customer(api)
    payload = {"channel": "email", "customer": owner, "about": "It drips.", "reason": "A leak", "message_id": "<1@x>"}

    id = (api.post("/api/v1/contacts", payload, role="agent").json or {})["id"]

    shown = read(api, f"contacts/{id}")
    assert (shown["channel"], shown["direction"], shown["customer"]) == ("email", "in", owner)
    assert (shown["about"], shown["reason"], shown["agent"]) == ("It drips.", "A leak", str(agent))
    assert shown["status"] == "classified"


def test_a_contact_began_when_it_happened_unless_something_else_is_said(api: ApiClient) -> None:
    then = "2026-01-05T09:00:00+01:00"

    late = contact(api, occurred_at=then)
    told_otherwise = contact(api, occurred_at=then, started_at="2026-01-05T08:50:00+01:00")

    assert read(api, f"contacts/{late}")["started_at"] == "2026-01-05T08:00:00.000000Z"
    assert read(api, f"contacts/{told_otherwise}")["started_at"] == "2026-01-05T07:50:00.000000Z"


def test_a_contact_does_not_end_before_it_starts(api: ApiClient) -> None:
    ended = api.post(
        "/api/v1/contacts",
        {"channel": "phone", "started_at": "2026-01-05T09:00:00Z", "ended_at": "2026-01-05T08:00:00Z"},
    )

    assert ended.status_code == 400
    assert [each["pointer"] for each in (ended.json or {})["errors"]] == ["/ended_at"]


def test_a_contact_of_nobody_is_the_customers_whose_case_it_is_about(api: ApiClient) -> None:
    owner = customer(api)
    case, id = case_of(api, owner), contact(api)

    command(api, f"contacts/{id}/link", case=case)

    shown = read(api, f"contacts/{id}")
    assert (shown["customer"], shown["case"], shown["status"]) == (owner, case, "linked")


def test_a_contact_may_repeat_an_earlier_one_about_the_same_case(api: ApiClient) -> None:
    case, first, second = case_of(api, customer(api)), contact(api), contact(api)

    command(api, f"contacts/{first}/link", case=case)
    command(api, f"contacts/{second}/link", case=case, repeat_of=first)

    assert read(api, f"contacts/{second}")["repeat_of"] == first
    assert {row["id"] for row in items(api, f"contacts?case={case}")} == {first, second}


def test_what_really_caused_a_contact_names_the_events_that_did(api: ApiClient) -> None:
    id = contact(api)

    command(
        api, f"contacts/{id}/confirm-cause", demand="failure", cause="missed_visit", basis="log", causing_events=[3]
    )

    shown = read(api, f"contacts/{id}")
    assert (shown["demand"], shown["cause"], shown["basis"], shown["causing_events"]) == (
        "failure",
        "missed_visit",
        "log",
        [3],
    )


def test_an_answered_contact_says_so(api: ApiClient) -> None:
    id = contact(api)

    command(api, f"contacts/{id}/set-reason", reason="A leak")
    command(api, f"contacts/{id}/answer")

    shown = read(api, f"contacts/{id}")
    assert (shown["status"], shown["reason"]) == ("answered", "A leak")
    assert shown["answered_at"] is not None


def test_a_duplicate_leaves_its_place_to_the_contact_it_repeats(api: ApiClient) -> None:
    first, double = contact(api), contact(api)

    command(api, f"contacts/{double}/mark-duplicate", of=first)

    assert read(api, f"contacts/{double}")["duplicate_of"] == first
    assert refusal(api, f"contacts/{double}/answer") == (409, "contact-is-duplicate")


def test_a_contact_names_only_what_there_is(api: ApiClient) -> None:
    id = contact(api)

    assert refusal(api, "contacts", channel="phone", customer=NOBODY)[0] == 404
    assert refusal(api, "contacts", channel="phone", work_order=NOBODY)[0] == 404
    assert refusal(api, f"contacts/{id}/link", case=NOBODY)[0] == 404
    assert refusal(api, f"contacts/{id}/mark-duplicate", of=NOBODY)[0] == 404
