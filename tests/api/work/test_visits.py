"""The rules of visits over HTTP."""

from __future__ import annotations

from typing import Any

from tests.api.conftest import House
from tests.support.api_steps import customer, items, made, read, refused, technician, told

NOBODY = "0191cb40-11d2-7000-8f00-9d0f6b7c0001"
WINDOW = {"window_start": "2026-01-06T09:00:00+01:00", "window_end": "2026-01-06T11:00:00+01:00"}


def visit(house: House, **more: Any) -> str:
    order = more.pop("work_order", None) or made(house, "work-orders", customer=customer(house))
    return made(house, "visits", work_order=order, zone="Europe/Berlin", **WINDOW | more)


def test_a_visit_is_planned_within_a_window_in_the_zone_of_the_place(house: House) -> None:
    owner = customer(house)
    order = made(house, "work-orders", customer=owner)

    id = visit(house, work_order=order)

    shown = read(house, f"visits/{id}")
    assert (shown["work_order"], shown["customer"], shown["status"]) == (order, owner, "planned")
    assert (shown["window_start"], shown["zone"]) == ("2026-01-06T08:00:00.000000Z", "Europe/Berlin")
    assert shown["missed"] is True


def test_a_window_ends_after_it_starts(house: House) -> None:
    payload = {"work_order": NOBODY, "zone": "Europe/Berlin", **WINDOW, "window_end": WINDOW["window_start"]}
    payload["work_order"] = made(house, "work-orders", customer=customer(house))

    reply = house.post("/api/v1/visits", payload)

    assert [each["pointer"] for each in (reply.json or {})["errors"]] == ["/window_end"]


def test_a_technician_is_sent_goes_and_does_what_the_visit_was_for(house: House) -> None:
    id, anna = visit(house), technician(house)
    standing = []

    told(house, f"visits/{id}/dispatch", technician=anna)
    for word in ("accept", "start-travel", "arrive", "pause", "resume", "finish"):
        standing.append(read(house, f"visits/{id}")["status"])
        told(house, f"visits/{id}/{word}")

    assert standing == ["dispatched", "accepted", "travelling", "on_site", "paused", "on_site"]
    assert read(house, f"visits/{id}")["status"] == "done"
    assert refused(house, f"visits/{id}/dispatch", technician=anna) == (409, "visit-is-over")


def test_a_visit_that_came_to_nothing_says_why(house: House) -> None:
    id = visit(house, technician=technician(house))

    told(house, f"visits/{id}/not-done", reason="no_access", note="Nobody answered.")

    shown = read(house, f"visits/{id}")
    assert (shown["status"], shown["reason"], shown["note"]) == ("not_done", "no_access", "Nobody answered.")


def test_a_declined_visit_waits_for_somebody_else(house: House) -> None:
    id, anna, boris = visit(house), technician(house), technician(house)
    told(house, f"visits/{id}/dispatch", technician=anna)

    assert refused(house, f"visits/{id}/decline", technician=boris) == (409, "not-their-visit")
    told(house, f"visits/{id}/decline", technician=anna, reason="Ill")

    shown = read(house, f"visits/{id}")
    assert (shown["status"], shown["technician"]) == ("planned", None)


def test_a_visit_is_moved_to_another_window_and_keeps_its_zone(house: House) -> None:
    id = visit(house)

    told(house, f"visits/{id}/reschedule", window_start="2026-01-07T08:00:00Z", window_end="2026-01-07T09:00:00Z")

    shown = read(house, f"visits/{id}")
    assert (shown["window_start"], shown["zone"]) == ("2026-01-07T08:00:00.000000Z", "Europe/Berlin")


def test_a_cancelled_visit_is_over_but_what_happened_all_the_same_is_recorded(house: House) -> None:
    id, anna = visit(house), technician(house)
    told(house, f"visits/{id}/cancel", reason="They called it off.")

    assert refused(house, f"visits/{id}/dispatch", technician=anna) == (409, "visit-is-over")
    told(house, f"visits/{id}/finish", technician=anna)


def test_nobody_is_sent_for_work_that_is_called_off_nor_is_somebody_who_has_left(house: House) -> None:
    order, gone = made(house, "work-orders", customer=customer(house)), technician(house)
    planned = visit(house, work_order=order)
    told(house, f"technicians/{gone}/deactivate")
    told(house, f"work-orders/{order}/cancel", reason="Not needed")
    payload = {"zone": "Europe/Berlin", **WINDOW}

    assert refused(house, "visits", work_order=order, **payload) == (409, "work-order-is-final")
    assert refused(house, "visits", work_order=NOBODY, **payload)[0] == 404
    assert refused(house, f"visits/{planned}/dispatch", technician=gone) == (409, "technician-is-deactivated")


def test_visits_are_found_by_technician_order_day_and_whether_they_were_missed(house: House) -> None:
    anna, order = technician(house), made(house, "work-orders", customer=customer(house))
    id = visit(house, work_order=order, technician=anna)
    later = visit(house, window_start="2035-01-01T09:00:00Z", window_end="2035-01-01T10:00:00Z")

    for query in (f"technician={anna}", f"work_order={order}", "until=2027-01-01T00:00:00Z", "missed=true"):
        assert [row["id"] for row in items(house, f"visits?{query}")] == [id]
    assert [row["id"] for row in items(house, "visits?missed=false")] == [later]
    assert [row["id"] for row in items(house, "visits")] == [id, later]
