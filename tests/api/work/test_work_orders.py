"""The rules of work orders over HTTP."""

from __future__ import annotations

import re
from typing import Any

from tests.api.conftest import House
from tests.support.api_steps import case, customer, items, made, part, read, refused, site, technician, told

NOBODY = "0191cb40-11d2-7000-8f00-9d0f6b7c0001"


def order(house: House, **more: Any) -> str:
    whose = {} if {"case", "customer"} & more.keys() else {"customer": customer(house)}
    return made(house, "work-orders", **more, **whose)


def test_a_work_order_for_a_case_is_its_customers_and_moves_the_case_on(house: House) -> None:
    owner = customer(house)
    concern = case(house, owner)

    id = order(house, case=concern, site=site(house, owner), problem="It drips.", priority="high")

    shown = read(house, f"work-orders/{id}")
    assert (shown["customer"], shown["case"], shown["status"]) == (owner, concern, "unscheduled")
    assert (shown["problem"], shown["priority"]) == ("It drips.", "high")
    assert read(house, f"cases/{concern}")["status"] == "in_progress"


def test_every_work_order_has_a_number_its_own_or_the_next_one(house: House) -> None:
    first, second, imported = order(house), order(house), order(house, number="OLD-77")

    numbers = [read(house, f"work-orders/{id}")["number"] for id in (first, second, imported)]

    assert all(re.fullmatch(r"W-\d{6}", number) for number in numbers[:2])
    assert len(set(numbers)) == 3
    assert [row["id"] for row in items(house, "work-orders?number=OLD-77")] == [imported]


def test_a_work_order_is_somebodys(house: House) -> None:
    reply = house.post("/api/v1/work-orders", {"problem": "It drips."})

    assert reply.status_code == 400
    assert [each["pointer"] for each in (reply.json or {})["errors"]] == ["/customer"]


def test_a_work_order_names_only_what_belongs_together(house: House) -> None:
    owner, other = customer(house), customer(house)

    assert refused(house, "work-orders", customer=other, case=case(house, owner)) == (409, "case-of-somebody-else")
    assert refused(house, "work-orders", customer=owner, site=site(house, other)) == (404, "no-such-site")
    assert refused(house, "work-orders", customer=owner, equipment=NOBODY)[0] == 404
    assert refused(house, "work-orders", case=NOBODY)[0] == 404


def test_a_resolved_case_takes_no_new_work(house: House) -> None:
    concern = case(house, customer(house))
    told(house, f"cases/{concern}/resolve")

    assert refused(house, "work-orders", case=concern) == (409, "case-is-resolved")


def test_a_repair_is_assigned_diagnosed_done_and_closed(house: House) -> None:
    id, anna, pump = order(house), technician(house), part(house)

    told(house, f"work-orders/{id}/assign", technician=anna)
    told(house, f"work-orders/{id}/require-part", part=pump, quantity="1.5", why="It is broken.")
    told(house, f"work-orders/{id}/diagnose", problem="leak", cause="wear", remedy="replace", note="Rust.")
    told(house, f"work-orders/{id}/record-labour", minutes=30, kind="work", technician=anna)
    told(house, f"work-orders/{id}/add-note", text="The key is at the neighbour's.")
    told(house, f"work-orders/{id}/complete", fixed="yes", remedy="replace")
    done = read(house, f"work-orders/{id}")
    told(house, f"work-orders/{id}/close")

    assert (done["status"], done["technician"], done["labour_minutes"]) == ("completed", anna, 30)
    assert done["diagnosis"]["cause"] == "wear"
    assert [(each["part"], each["quantity"]) for each in done["parts_required"]] == [(pump, "1.5")]
    assert [each["text"] for each in done["notes"]] == ["The key is at the neighbour's."]
    assert read(house, f"work-orders/{id}")["status"] == "closed"
    assert refused(house, f"work-orders/{id}/reopen", reason="x") == (409, "work-order-is-final")


def test_work_that_has_to_wait_goes_on_when_what_it_waited_for_is_there(house: House) -> None:
    id = order(house)

    told(house, f"work-orders/{id}/hold", reason="parts", note="Ordered.")
    held = read(house, f"work-orders/{id}")
    told(house, f"work-orders/{id}/resume")

    assert (held["status"], held["hold_reason"], held["hold_note"]) == ("on_hold", "parts", "Ordered.")
    assert read(house, f"work-orders/{id}")["status"] == "unscheduled"
    assert refused(house, f"work-orders/{id}/resume") == (409, "not-on-hold")


def test_work_that_cannot_be_done_may_be_taken_up_again_or_called_off(house: House) -> None:
    id = order(house)

    told(house, f"work-orders/{id}/cannot-complete", reason="no_access")
    failed = read(house, f"work-orders/{id}")["status"]
    told(house, f"work-orders/{id}/reopen", reason="They are back.")
    told(house, f"work-orders/{id}/cancel", reason="Bought a new one.")

    assert (failed, read(house, f"work-orders/{id}")["status"]) == ("cannot_complete", "cancelled")
    assert refused(house, f"work-orders/{id}/assign", technician=technician(house)) == (409, "work-order-is-final")


def test_work_is_given_only_to_technicians_who_work_here(house: House) -> None:
    id, gone = order(house), technician(house)
    told(house, f"technicians/{gone}/deactivate")

    assert refused(house, f"work-orders/{id}/assign", technician=gone) == (409, "technician-is-deactivated")
    assert refused(house, f"work-orders/{id}/assign", technician=NOBODY)[0] == 404
    assert refused(house, f"work-orders/{id}/require-part", part=NOBODY, quantity="1")[0] == 404


def test_work_orders_are_found_by_whom_they_are_for_and_with(house: House) -> None:
    owner, anna = customer(house), technician(house)
    machine, concern = made(house, "equipment", model="X"), case(house, owner)
    id = order(house, case=concern, equipment=machine)
    order(house)
    told(house, f"work-orders/{id}/assign", technician=anna)

    queries = (f"technician={anna}", f"customer={owner}", f"case={concern}", f"equipment={machine}", "status=scheduled")
    for query in queries:
        assert [row["id"] for row in items(house, f"work-orders?{query}")] == [id]
    assert len(items(house, "work-orders")) == 2
