"""Ends that leave things as they are: each row of `domain/endings.py` that no other test covers."""

from __future__ import annotations

from uuid import UUID, uuid4

from tests.api.conftest import ApiClient
from tests.api.work.test_visits import visit
from tests.support.api_steps import case, command, create, customer, items, part, place, read, technician


def received(api: ApiClient, pump: str, to: str) -> None:
    create(api, "stock-movements", kind="receipt", part=pump, quantity="3", to=to)


def test_parts_of_a_cancelled_order_stay_on_the_books(api: ApiClient) -> None:
    """Issue 9, 6."""
    owner, pump, shelf = customer(api), part(api), place(api)
    machine = create(api, "equipment", model="B-200", customer=owner)
    order = create(api, "work-orders", customer=owner, equipment=machine)
    received(api, pump, shelf)
    command(api, f"work-orders/{order}/require-part", part=pump, quantity="2")
    line = {"kind": "consumption", "part": pump, "quantity": "1", "from": shelf, "work_order": order}
    create(api, "stock-movements", **line)

    command(api, f"work-orders/{order}/cancel", reason="No")

    shown = read(api, f"work-orders/{order}")
    assert (len(shown["parts_required"]), [one["quantity"] for one in shown["parts_used"]]) == (1, ["1"])
    assert [one["on_hand"] for one in items(api, f"stock?location={shelf}")] == ["2"]


def test_an_order_goes_on_without_its_visit(api: ApiClient) -> None:
    """Issue 9, 6."""
    order = create(api, "work-orders", customer=customer(api))
    command(api, f"visits/{visit(api, work_order=order)}/cancel", reason="Rain")

    assert read(api, f"work-orders/{order}")["status"] == "unscheduled"
    visit(api, work_order=order)


def test_open_work_of_an_erased_customer_stays_to_be_ended(api: ApiClient) -> None:
    """Issue 9, 6."""
    owner = customer(api)
    order = create(api, "work-orders", customer=owner, problem="It drips at Erika's")
    planned = visit(api, work_order=order)
    command(api, f"customers/{owner}/erase")

    shown = read(api, f"work-orders/{order}")
    assert (shown["status"], shown["problem"]) == ("unscheduled", None)
    command(api, f"work-orders/{order}/cancel", reason="They are gone")
    assert read(api, f"visits/{planned}")["status"] == "cancelled"


def test_a_duplicate_needs_no_decision(api: ApiClient) -> None:
    """Issue 9, 6."""
    owner = customer(api)
    id, first, second = case(api, owner), *(create(api, "contacts", channel="phone", customer=owner) for _ in "ab")
    command(api, f"cases/{id}/resolve")
    api.catch_up()
    command(api, f"cases/{id}/close", outcome="satisfied", basis="spoken")
    for contact in (first, second):
        command(api, f"contacts/{contact}/link", case=id)

    command(api, f"contacts/{second}/mark-duplicate", of=first)

    assert [one["id"] for one in items(api, "contacts?needs_decision=true")] == [first]
    assert set(read(api, f"cases/{id}")["contacts"]) == {first, second}


def test_open_orders_of_a_retired_machine_go_on(api: ApiClient) -> None:
    """Issue 9, 6."""
    owner = customer(api)
    machine = create(api, "equipment", model="B-200", customer=owner)
    order = create(api, "work-orders", customer=owner, equipment=machine)

    command(api, f"equipment/{machine}/retire", reason="scrapped")

    command(api, f"work-orders/{order}/complete", fixed="no")
    assert read(api, f"work-orders/{order}")["status"] == "completed"


def test_a_discontinued_part_is_still_used(api: ApiClient) -> None:
    """Issue 9, 6."""
    old, new, shelf = part(api, number="P-1"), part(api, number="P-2"), place(api)
    received(api, old, shelf)
    order = create(api, "work-orders", customer=customer(api))

    command(api, f"parts/{old}/supersede", by=new)
    command(api, f"parts/{old}/discontinue")

    command(api, f"work-orders/{order}/require-part", part=old, quantity="1")
    create(api, "stock-movements", kind="scrap", part=old, quantity="1", reason="damaged", **{"from": shelf})
    assert [one["on_hand"] for one in items(api, f"stock?location={shelf}")] == ["2"]


def test_stock_of_a_retired_place_stays_on_the_books(api: ApiClient) -> None:
    """Issue 9, 6."""
    pump, shelf = part(api), place(api)
    received(api, pump, shelf)

    command(api, f"locations/{shelf}/retire")

    assert [one["on_hand"] for one in items(api, f"stock?location={shelf}")] == ["3"]
    create(api, "stock-movements", kind="transfer_out", part=pump, quantity="3", **{"from": shelf})
    assert [one["on_hand"] for one in items(api, f"stock?location={shelf}")] in ([], ["0"])


def test_open_work_of_a_deactivated_technician_is_given_to_somebody_else(api: ApiClient) -> None:
    """Issue 9, 6."""
    anna, boris = technician(api), technician(api)
    order = create(api, "work-orders", customer=customer(api))
    command(api, f"work-orders/{order}/assign", technician=anna)
    planned = visit(api, work_order=order, technician=anna)

    command(api, f"technicians/{anna}/deactivate")

    assert [one["id"] for one in items(api, f"visits?technician={anna}&status=planned")] == [planned]
    assert [one["id"] for one in items(api, f"work-orders?technician={anna}")] == [order]
    command(api, f"visits/{planned}/dispatch", technician=boris)
    command(api, f"work-orders/{order}/assign", technician=boris)
    assert read(api, f"visits/{planned}")["technician"] == boris


def test_discrepancies_of_a_disabled_user_are_assigned_to_somebody_else(api: ApiClient) -> None:
    """Issue 9, 6."""
    owner = api.user("stock_keeper")
    pump, van = part(api), place(api, "van")
    create(api, "stock-movements", kind="scrap", part=pump, quantity="1", reason="damaged", **{"from": van})
    [found] = items(api, "discrepancies?open=true")
    command(api, f"discrepancies/{found['id']}/assign", to=str(owner))
    other = api.signed_in("stock_keeper", login="other", id=(heir := uuid4()))

    command(api, f"users/{owner}/disable")

    shown = read(api, f"discrepancies/{found['id']}")
    assert (shown["open"], UUID(shown["owner"]), bool(other)) == (True, owner, True)
    command(api, f"discrepancies/{found['id']}/assign", to=str(heir))
    command(api, f"users/{owner}/erase")
    assert read(api, f"discrepancies/{found['id']}")["owner"] == str(heir)
