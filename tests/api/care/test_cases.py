"""The rules of cases over HTTP."""

from __future__ import annotations

from tests.api.conftest import ApiClient
from tests.support.api_steps import case, command, create, customer, items, read, refusal, technician

NOBODY = "0191cb40-11d2-7000-8f00-9d0f6b7c0001"
SATISFIED = {"outcome": "satisfied", "basis": "spoken"}


def resolved(api: ApiClient, case: str) -> None:
    command(api, f"cases/{case}/resolve", resolution="It does not drip any more.")
    api.catch_up()


def finished(api: ApiClient, order: str) -> None:
    command(api, f"work-orders/{order}/assign", technician=technician(api))
    command(api, f"work-orders/{order}/complete", fixed="yes")
    command(api, f"work-orders/{order}/close")


def test_a_case_begins_with_the_contact_in_which_the_customer_told_about_it(api: ApiClient) -> None:
    owner, contact = customer(api), create(api, "contacts", channel="phone")

    id = case(api, owner, contact=contact, first_contact_at="2026-01-05T09:00:00+01:00")

    shown = read(api, f"cases/{id}")
    assert (shown["customer"], shown["topic"], shown["priority"], shown["status"]) == (
        owner,
        "troubleshooting",
        "normal",
        "open",
    )
    assert (shown["contacts"], shown["first_contact_at"]) == ([contact], "2026-01-05T08:00:00.000000Z")
    assert read(api, f"contacts/{contact}")["case"] == id


def test_a_case_waits_is_resolved_and_may_be_reopened(api: ApiClient) -> None:
    id, contact = case(api, customer(api)), create(api, "contacts", channel="phone")

    command(api, f"cases/{id}/wait", on="parts")
    waiting = read(api, f"cases/{id}")
    resolved(api, id)
    command(api, f"cases/{id}/reopen", by_contact=contact)

    shown = read(api, f"cases/{id}")
    assert (waiting["status"], waiting["waits_on"]) == ("waiting", "parts")
    assert (shown["status"], shown["reopenings"], shown["contacts"]) == ("in_progress", 1, [contact])


def test_a_case_closes_with_what_the_customer_says(api: ApiClient) -> None:
    id = case(api, customer(api))
    resolved(api, id)

    command(api, f"cases/{id}/close", **SATISFIED)

    shown = read(api, f"cases/{id}")
    assert (shown["status"], shown["outcome"], shown["basis"]) == ("closed", "satisfied", "spoken")
    assert refusal(api, f"cases/{id}/wait", on="parts") == (409, "case-is-final")


def test_a_case_that_is_not_resolved_does_not_close(api: ApiClient) -> None:
    id = case(api, customer(api))
    api.catch_up()

    assert refusal(api, f"cases/{id}/close", **SATISFIED) == (409, "not-resolved")


def test_a_case_does_not_close_while_work_is_open_on_it(api: ApiClient) -> None:
    id = case(api, customer(api))
    done, left = (create(api, "work-orders", case=id) for _ in range(2))
    finished(api, done)
    resolved(api, id)

    reply = api.post(f"/api/v1/cases/{id}/close", SATISFIED)

    assert (reply.status_code, reply.json["open_work_orders"]) == (409, 1)  # type: ignore[index]
    command(api, f"work-orders/{left}/cancel", reason="Not needed")
    api.catch_up()
    command(api, f"cases/{id}/close", **SATISFIED)


def test_work_on_a_case_that_was_merged_into_another_is_open_on_that(api: ApiClient) -> None:
    owner = customer(api)
    double, stays = case(api, owner), case(api, owner)
    create(api, "work-orders", case=double)
    command(api, f"cases/{double}/merge", into=stays)
    resolved(api, stays)

    assert refusal(api, f"cases/{stays}/close", **SATISFIED) == (409, "something-is-open")


def test_open_work_is_waived_in_the_name_of_who_closes_the_case(api: ApiClient) -> None:
    agent, id = api.user("agent"), case(api, customer(api))
    create(api, "work-orders", case=id)
    resolved(api, id)

    closed = api.post(f"/api/v1/cases/{id}/close", SATISFIED | {"waiver": "They moved away."}, role="agent")

    shown = read(api, f"cases/{id}")
    assert closed.status_code == 200
    assert (shown["waived_by"], shown["waiver"]) == (str(agent), "They moved away.")


def test_a_case_is_not_closed_by_what_the_views_do_not_know_yet(api: ApiClient) -> None:
    id = case(api, customer(api))
    command(api, f"cases/{id}/resolve")

    assert refusal(api, f"cases/{id}/close", **SATISFIED) == (503, "views-behind")


def test_a_case_is_merged_into_one_that_goes_on(api: ApiClient) -> None:
    owner = customer(api)
    double, stays = case(api, owner), case(api, owner)

    command(api, f"cases/{double}/merge", into=stays)

    assert read(api, f"cases/{double}")["merged_into"] == stays
    assert refusal(api, f"cases/{stays}/merge", into=double) == (409, "case-is-final")
    assert refusal(api, f"cases/{stays}/merge", into=NOBODY)[0] == 404


def test_cases_are_found_by_customer_status_topic_and_priority(api: ApiClient) -> None:
    owner = customer(api)
    urgent = case(api, owner, priority="urgent", occurred_at="2026-01-05T09:00:00Z")
    billing = case(api, owner, topic="billing")
    other = case(api, customer(api))
    command(api, f"cases/{billing}/wait", on="payment")

    def found(query: str) -> list[str]:
        return [row["id"] for row in items(api, f"cases?{query}")]

    assert found(f"customer={owner}") == [billing, urgent]
    assert found("status=waiting") == found("topic=billing") == [billing]
    assert found("priority=urgent") == [urgent]
    assert set(found("status=open")) == {urgent, other}


def test_the_timeline_of_a_case_tells_all_that_concerns_it_in_the_order_in_which_it_happened(api: ApiClient) -> None:
    contact = create(api, "contacts", channel="phone", occurred_at="2026-01-05T08:00:00Z")
    id = case(api, customer(api), contact=contact, occurred_at="2026-01-05T08:10:00Z")
    order = create(api, "work-orders", case=id, occurred_at="2026-01-05T08:20:00Z")
    create(
        api,
        "visits",
        work_order=order,
        zone="Europe/Berlin",
        window_start="2026-01-06T09:00:00Z",
        window_end="2026-01-06T11:00:00Z",
        occurred_at="2026-01-05T08:30:00Z",
    )

    first = read(api, f"cases/{id}/timeline?limit=3")
    rest = read(api, f"cases/{id}/timeline?limit=100&cursor={first['next']}")

    topics = [row["topic"] for row in first["items"] + rest["items"]]
    assert topics[0] == "contact.received"
    assert set(topics[1:4]) == {"case.opened", "contact.linked", "case.contact_attached"}
    assert set(topics[4:6]) == {"work_order.opened", "case.work_started"}
    assert topics[6] == "visit.planned"
    assert api.get(f"/api/v1/cases/{NOBODY}/timeline").status_code == 404


def test_everything_about_a_case_is_correlated_by_it(api: ApiClient) -> None:
    id = case(api, customer(api))
    order = create(api, "work-orders", case=id)
    visit = create(
        api,
        "visits",
        work_order=order,
        zone="Europe/Berlin",
        window_start="2026-01-06T09:00:00Z",
        window_end="2026-01-06T11:00:00Z",
    )
    command(api, f"visits/{visit}/start-travel")

    topics = [row["topic"] for row in items(api, f"events?correlation={id}")]

    assert topics == ["case.opened", "work_order.opened", "case.work_started", "visit.planned", "visit.travel_started"]
