"""The rules of work orders over HTTP."""

from __future__ import annotations

import re
from typing import Any

from tests.api.conftest import ApiClient
from tests.support.api_steps import case, command, create, customer, items, part, read, refusal, site, technician

NOBODY = "0191cb40-11d2-7000-8f00-9d0f6b7c0001"


def order(api: ApiClient, **more: Any) -> str:
    whose = {} if {"case", "customer"} & more.keys() else {"customer": customer(api)}
    return create(api, "work-orders", **more, **whose)


def test_a_work_order_for_a_case_is_its_customers_and_moves_the_case_on(api: ApiClient) -> None:
    owner = customer(api)
    concern = case(api, owner)

    id = order(api, case=concern, site=site(api, owner), problem="It drips.", priority="high")

    shown = read(api, f"work-orders/{id}")
    assert (shown["customer"], shown["case"], shown["status"]) == (owner, concern, "unscheduled")
    assert (shown["problem"], shown["priority"]) == ("It drips.", "high")
    assert read(api, f"cases/{concern}")["status"] == "in_progress"


def test_every_work_order_has_a_number_its_own_or_the_next_one(api: ApiClient) -> None:
    first, second, imported = order(api), order(api), order(api, number="OLD-77")

    numbers = [read(api, f"work-orders/{id}")["number"] for id in (first, second, imported)]

    assert all(re.fullmatch(r"W-\d{6}", number) for number in numbers[:2])
    assert len(set(numbers)) == 3
    assert [row["id"] for row in items(api, "work-orders?number=OLD-77")] == [imported]


def test_a_work_order_is_somebodys(api: ApiClient) -> None:
    reply = api.post("/api/v1/work-orders", {"problem": "It drips."})

    assert reply.status_code == 400
    assert [each["pointer"] for each in (reply.json or {})["errors"]] == ["/customer"]


def test_a_work_order_names_only_what_belongs_together(api: ApiClient) -> None:
    owner, other = customer(api), customer(api)

    assert refusal(api, "work-orders", customer=other, case=case(api, owner)) == (409, "case-of-somebody-else")
    assert refusal(api, "work-orders", customer=owner, site=site(api, other)) == (404, "no-such-site")
    assert refusal(api, "work-orders", customer=owner, equipment=NOBODY)[0] == 404
    assert refusal(api, "work-orders", case=NOBODY)[0] == 404


def test_a_resolved_case_takes_no_new_work(api: ApiClient) -> None:
    concern = case(api, customer(api))
    command(api, f"cases/{concern}/resolve")

    assert refusal(api, "work-orders", case=concern) == (409, "case-is-resolved")


def test_a_repair_is_assigned_diagnosed_done_and_closed(api: ApiClient) -> None:
    id, anna, pump = order(api), technician(api), part(api)

    command(api, f"work-orders/{id}/assign", technician=anna)
    command(api, f"work-orders/{id}/require-part", part=pump, quantity="1.5", why="It is broken.")
    command(api, f"work-orders/{id}/diagnose", problem="leak", cause="wear", remedy="replace", note="Rust.")
    command(api, f"work-orders/{id}/record-labour", minutes=30, kind="work", technician=anna)
    command(api, f"work-orders/{id}/add-note", text="The key is at the neighbour's.")
    command(api, f"work-orders/{id}/complete", fixed="yes", remedy="replace")
    done = read(api, f"work-orders/{id}")
    command(api, f"work-orders/{id}/close")

    assert (done["status"], done["technician"], done["labour_minutes"]) == ("completed", anna, 30)
    assert done["diagnosis"]["cause"] == "wear"
    assert [(each["part"], each["quantity"]) for each in done["parts_required"]] == [(pump, "1.5")]
    assert [each["text"] for each in done["notes"]] == ["The key is at the neighbour's."]
    assert read(api, f"work-orders/{id}")["status"] == "closed"
    assert refusal(api, f"work-orders/{id}/reopen", reason="x") == (409, "work-order-is-final")


def test_work_that_has_to_wait_goes_on_when_what_it_waited_for_is_there(api: ApiClient) -> None:
    id = order(api)

    command(api, f"work-orders/{id}/hold", reason="parts", note="Ordered.")
    held = read(api, f"work-orders/{id}")
    command(api, f"work-orders/{id}/resume")

    assert (held["status"], held["hold_reason"], held["hold_note"]) == ("on_hold", "parts", "Ordered.")
    assert read(api, f"work-orders/{id}")["status"] == "unscheduled"
    assert refusal(api, f"work-orders/{id}/resume") == (409, "not-on-hold")


def test_work_that_cannot_be_done_may_be_taken_up_again_or_called_off(api: ApiClient) -> None:
    id = order(api)

    command(api, f"work-orders/{id}/cannot-complete", reason="no_access")
    failed = read(api, f"work-orders/{id}")["status"]
    command(api, f"work-orders/{id}/reopen", reason="They are back.")
    command(api, f"work-orders/{id}/cancel", reason="Bought a new one.")

    assert (failed, read(api, f"work-orders/{id}")["status"]) == ("cannot_complete", "cancelled")
    assert refusal(api, f"work-orders/{id}/assign", technician=technician(api)) == (409, "work-order-is-final")


def test_work_is_given_only_to_technicians_who_work_here(api: ApiClient) -> None:
    id, gone = order(api), technician(api)
    command(api, f"technicians/{gone}/deactivate")

    assert refusal(api, f"work-orders/{id}/assign", technician=gone) == (409, "technician-is-deactivated")
    assert refusal(api, f"work-orders/{id}/assign", technician=NOBODY)[0] == 404
    assert refusal(api, f"work-orders/{id}/require-part", part=NOBODY, quantity="1")[0] == 404


def test_work_orders_are_found_by_whom_they_are_for_and_with(api: ApiClient) -> None:
    owner, anna = customer(api), technician(api)
    machine, concern = create(api, "equipment", model="X"), case(api, owner)
    id = order(api, case=concern, equipment=machine)
    order(api)
    command(api, f"work-orders/{id}/assign", technician=anna)

    queries = (f"technician={anna}", f"customer={owner}", f"case={concern}", f"equipment={machine}", "status=scheduled")
    for query in queries:
        assert [row["id"] for row in items(api, f"work-orders?{query}")] == [id]
    assert len(items(api, "work-orders")) == 2
