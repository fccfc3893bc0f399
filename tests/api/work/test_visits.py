"""The rules of visits over HTTP."""

from __future__ import annotations

from typing import Any

from tests.api.conftest import ApiClient
from tests.support.api_steps import command, create, customer, items, read, refusal, technician

NOBODY = "0191cb40-11d2-7000-8f00-9d0f6b7c0001"
WINDOW = {"window_start": "2026-01-06T09:00:00+01:00", "window_end": "2026-01-06T11:00:00+01:00"}


def visit(api: ApiClient, **more: Any) -> str:
    order = more.pop("work_order", None) or create(api, "work-orders", customer=customer(api))
    return create(api, "visits", work_order=order, zone="Europe/Berlin", **WINDOW | more)


def test_a_visit_is_planned_within_a_window_in_the_zone_of_the_place(api: ApiClient) -> None:
    owner = customer(api)
    order = create(api, "work-orders", customer=owner)

    id = visit(api, work_order=order)

    shown = read(api, f"visits/{id}")
    assert (shown["work_order"], shown["customer"], shown["status"]) == (order, owner, "planned")
    assert (shown["window_start"], shown["zone"]) == ("2026-01-06T08:00:00.000000Z", "Europe/Berlin")
    assert shown["missed"] is True


def test_a_window_ends_after_it_starts(api: ApiClient) -> None:
    payload = {"work_order": NOBODY, "zone": "Europe/Berlin", **WINDOW, "window_end": WINDOW["window_start"]}
    payload["work_order"] = create(api, "work-orders", customer=customer(api))

    reply = api.post("/api/v1/visits", payload)

    assert [each["pointer"] for each in (reply.json or {})["errors"]] == ["/window_end"]


def test_a_visit_without_a_window_is_refused(api: ApiClient) -> None:
    """A request of a phone without one is planned two days later; the office says when."""
    order = create(api, "work-orders", customer=customer(api))

    reply = api.post("/api/v1/visits", {"work_order": order, "zone": "Europe/Berlin"})

    assert [each["pointer"] for each in (reply.json or {})["errors"]] == ["/window_start", "/window_end"]
    assert items(api, f"visits?work_order={order}") == []


def test_a_technician_is_sent_goes_and_does_what_the_visit_was_for(api: ApiClient) -> None:
    id, anna = visit(api), technician(api)
    statuses = []

    command(api, f"visits/{id}/dispatch", technician=anna)
    for word in ("accept", "start-travel", "arrive", "pause", "resume", "finish"):
        statuses.append(read(api, f"visits/{id}")["status"])
        command(api, f"visits/{id}/{word}")

    assert statuses == ["dispatched", "accepted", "travelling", "on_site", "paused", "on_site"]
    assert read(api, f"visits/{id}")["status"] == "done"
    assert refusal(api, f"visits/{id}/dispatch", technician=anna) == (409, "visit-is-over")


def test_a_visit_that_came_to_nothing_says_why(api: ApiClient) -> None:
    id = visit(api, technician=technician(api))

    command(api, f"visits/{id}/not-done", reason="no_access", note="Nobody answered.")

    shown = read(api, f"visits/{id}")
    assert (shown["status"], shown["reason"], shown["note"]) == ("not_done", "no_access", "Nobody answered.")


def test_a_declined_visit_waits_for_somebody_else(api: ApiClient) -> None:
    id, anna, boris = visit(api), technician(api), technician(api)
    command(api, f"visits/{id}/dispatch", technician=anna)

    assert refusal(api, f"visits/{id}/decline", technician=boris) == (409, "not-their-visit")
    command(api, f"visits/{id}/decline", technician=anna, reason="Ill")

    shown = read(api, f"visits/{id}")
    assert (shown["status"], shown["technician"]) == ("planned", None)


def test_a_visit_is_moved_to_another_window_and_keeps_its_zone(api: ApiClient) -> None:
    id = visit(api)

    command(api, f"visits/{id}/reschedule", window_start="2026-01-07T08:00:00Z", window_end="2026-01-07T09:00:00Z")

    shown = read(api, f"visits/{id}")
    assert (shown["window_start"], shown["zone"]) == ("2026-01-07T08:00:00.000000Z", "Europe/Berlin")


def test_a_cancelled_visit_is_over_but_what_happened_all_the_same_is_recorded(api: ApiClient) -> None:
    id, anna = visit(api), technician(api)
    command(api, f"visits/{id}/cancel", reason="They called it off.")

    assert refusal(api, f"visits/{id}/dispatch", technician=anna) == (409, "visit-is-over")
    command(api, f"visits/{id}/finish", technician=anna)


def test_nobody_is_sent_for_work_that_is_called_off_nor_is_somebody_who_has_left(api: ApiClient) -> None:
    order, gone = create(api, "work-orders", customer=customer(api)), technician(api)
    planned = visit(api, work_order=order)
    command(api, f"technicians/{gone}/deactivate")
    command(api, f"work-orders/{order}/cancel", reason="Not needed")
    payload = {"zone": "Europe/Berlin", **WINDOW}

    assert refusal(api, "visits", work_order=order, **payload) == (409, "work-order-is-final")
    assert refusal(api, "visits", work_order=NOBODY, **payload)[0] == 404
    assert refusal(api, f"visits/{planned}/dispatch", technician=gone) == (409, "technician-is-deactivated")


def test_visits_are_found_by_technician_order_day_and_whether_they_were_missed(api: ApiClient) -> None:
    anna, order = technician(api), create(api, "work-orders", customer=customer(api))
    id = visit(api, work_order=order, technician=anna)
    later = visit(api, window_start="2035-01-01T09:00:00Z", window_end="2035-01-01T10:00:00Z")

    for query in (f"technician={anna}", f"work_order={order}", "until=2027-01-01T00:00:00Z", "missed=true"):
        assert [row["id"] for row in items(api, f"visits?{query}")] == [id]
    assert [row["id"] for row in items(api, "visits?missed=false")] == [later]
    assert [row["id"] for row in items(api, "visits")] == [id, later]
