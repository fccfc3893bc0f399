"""The rules of contacts over HTTP."""

from __future__ import annotations

from uuid import UUID, uuid4

from domain.care.case import Case
from domain.kernel.instant import now
from tests.api.conftest import House
from tests.support.api_steps import customer, items, made, read, refused, told

NOBODY = "0191cb40-11d2-7000-8f00-9d0f6b7c0001"


def contact(house: House, **more: object) -> str:
    return made(house, "contacts", **{"channel": "phone", "about": "It drips."} | more)


def case_of(house: House, owner: str) -> str:
    id = uuid4()
    house.commit(Case.open(id=id, customer=UUID(owner), topic="troubleshooting", first_contact_at=now()))
    return str(id)


def test_a_contact_is_written_down_with_who_took_it_and_what_they_said(house: House) -> None:
    agent, owner = house.user("agent"), customer(house)
    payload = {"channel": "email", "customer": owner, "about": "It drips.", "reason": "A leak", "message_id": "<1@x>"}

    id = (house.post("/api/v1/contacts", payload, role="agent").json or {})["id"]

    shown = read(house, f"contacts/{id}")
    assert (shown["channel"], shown["direction"], shown["customer"]) == ("email", "in", owner)
    assert (shown["about"], shown["reason"], shown["agent"]) == ("It drips.", "A leak", str(agent))
    assert shown["status"] == "classified"


def test_a_contact_began_when_it_happened_unless_something_else_is_said(house: House) -> None:
    then = "2026-01-05T09:00:00+01:00"

    late = contact(house, occurred_at=then)
    told_otherwise = contact(house, occurred_at=then, started_at="2026-01-05T08:50:00+01:00")

    assert read(house, f"contacts/{late}")["started_at"] == "2026-01-05T08:00:00.000000Z"
    assert read(house, f"contacts/{told_otherwise}")["started_at"] == "2026-01-05T07:50:00.000000Z"


def test_a_contact_does_not_end_before_it_starts(house: House) -> None:
    ended = house.post(
        "/api/v1/contacts",
        {"channel": "phone", "started_at": "2026-01-05T09:00:00Z", "ended_at": "2026-01-05T08:00:00Z"},
    )

    assert ended.status_code == 400
    assert [each["pointer"] for each in (ended.json or {})["errors"]] == ["/ended_at"]


def test_a_contact_of_nobody_is_the_customers_whose_case_it_is_about(house: House) -> None:
    owner = customer(house)
    case, id = case_of(house, owner), contact(house)

    told(house, f"contacts/{id}/link", case=case)

    shown = read(house, f"contacts/{id}")
    assert (shown["customer"], shown["case"], shown["status"]) == (owner, case, "linked")


def test_a_contact_may_repeat_an_earlier_one_about_the_same_case(house: House) -> None:
    case, first, second = case_of(house, customer(house)), contact(house), contact(house)

    told(house, f"contacts/{first}/link", case=case)
    told(house, f"contacts/{second}/link", case=case, repeat_of=first)

    assert read(house, f"contacts/{second}")["repeat_of"] == first
    assert {row["id"] for row in items(house, f"contacts?case={case}")} == {first, second}


def test_what_really_caused_a_contact_names_the_events_that_did(house: House) -> None:
    id = contact(house)

    told(house, f"contacts/{id}/confirm-cause", demand="failure", cause="missed_visit", basis="log", causing_events=[3])

    shown = read(house, f"contacts/{id}")
    assert (shown["demand"], shown["cause"], shown["basis"], shown["causing_events"]) == (
        "failure",
        "missed_visit",
        "log",
        [3],
    )


def test_an_answered_contact_says_so(house: House) -> None:
    id = contact(house)

    told(house, f"contacts/{id}/set-reason", reason="A leak")
    told(house, f"contacts/{id}/answer")

    shown = read(house, f"contacts/{id}")
    assert (shown["status"], shown["reason"]) == ("answered", "A leak")
    assert shown["answered_at"] is not None


def test_a_duplicate_leaves_its_place_to_the_contact_it_repeats(house: House) -> None:
    first, double = contact(house), contact(house)

    told(house, f"contacts/{double}/mark-duplicate", of=first)

    assert read(house, f"contacts/{double}")["duplicate_of"] == first
    assert refused(house, f"contacts/{double}/answer") == (409, "contact-is-duplicate")


def test_a_contact_names_only_what_there_is(house: House) -> None:
    id = contact(house)

    assert refused(house, "contacts", channel="phone", customer=NOBODY)[0] == 404
    assert refused(house, "contacts", channel="phone", work_order=NOBODY)[0] == 404
    assert refused(house, f"contacts/{id}/link", case=NOBODY)[0] == 404
    assert refused(house, f"contacts/{id}/mark-duplicate", of=NOBODY)[0] == 404
