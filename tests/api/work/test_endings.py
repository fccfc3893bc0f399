"""What ends leaves some things as they are, on purpose: each row of `domain/endings.py` that nothing else tries."""

from __future__ import annotations

from uuid import UUID, uuid4

from tests.api.conftest import House
from tests.api.work.test_visits import visit
from tests.support.api_steps import case, customer, items, made, part, place, read, technician, told


def received(house: House, pump: str, to: str) -> None:
    made(house, "stock-movements", kind="receipt", part=pump, quantity="3", to=to)


def test_parts_of_a_cancelled_order_stay_on_the_books(house: House) -> None:
    """Issue 9, 6."""
    owner, pump, shelf = customer(house), part(house), place(house)
    machine = made(house, "equipment", model="B-200", customer=owner)
    order = made(house, "work-orders", customer=owner, equipment=machine)
    received(house, pump, shelf)
    told(house, f"work-orders/{order}/require-part", part=pump, quantity="2")
    line = {"kind": "consumption", "part": pump, "quantity": "1", "from": shelf, "work_order": order}
    made(house, "stock-movements", **line)

    told(house, f"work-orders/{order}/cancel", reason="No")

    shown = read(house, f"work-orders/{order}")
    assert (len(shown["parts_required"]), [one["quantity"] for one in shown["parts_used"]]) == (1, ["1"])
    assert [one["on_hand"] for one in items(house, f"stock?location={shelf}")] == ["2"]


def test_an_order_goes_on_without_its_visit(house: House) -> None:
    """Issue 9, 6."""
    order = made(house, "work-orders", customer=customer(house))
    told(house, f"visits/{visit(house, work_order=order)}/cancel", reason="Rain")

    assert read(house, f"work-orders/{order}")["status"] == "unscheduled"
    visit(house, work_order=order)


def test_open_work_of_an_erased_customer_stays_to_be_ended(house: House) -> None:
    """Issue 9, 6."""
    owner = customer(house)
    order = made(house, "work-orders", customer=owner, problem="It drips at Erika's")
    planned = visit(house, work_order=order)
    told(house, f"customers/{owner}/erase")

    shown = read(house, f"work-orders/{order}")
    assert (shown["status"], shown["problem"]) == ("unscheduled", None)
    told(house, f"work-orders/{order}/cancel", reason="They are gone")
    assert read(house, f"visits/{planned}")["status"] == "cancelled"


def test_a_duplicate_needs_no_decision(house: House) -> None:
    """Issue 9, 6."""
    owner = customer(house)
    id, first, second = case(house, owner), *(made(house, "contacts", channel="phone", customer=owner) for _ in "ab")
    told(house, f"cases/{id}/resolve")
    house.catch_up()
    told(house, f"cases/{id}/close", outcome="satisfied", basis="spoken")
    for contact in (first, second):
        told(house, f"contacts/{contact}/link", case=id)

    told(house, f"contacts/{second}/mark-duplicate", of=first)

    assert [one["id"] for one in items(house, "contacts?needs_decision=true")] == [first]
    assert set(read(house, f"cases/{id}")["contacts"]) == {first, second}


def test_open_orders_of_a_retired_machine_go_on(house: House) -> None:
    """Issue 9, 6."""
    owner = customer(house)
    machine = made(house, "equipment", model="B-200", customer=owner)
    order = made(house, "work-orders", customer=owner, equipment=machine)

    told(house, f"equipment/{machine}/retire", reason="scrapped")

    told(house, f"work-orders/{order}/complete", fixed="no")
    assert read(house, f"work-orders/{order}")["status"] == "completed"


def test_a_discontinued_part_is_still_used(house: House) -> None:
    """Issue 9, 6."""
    old, new, shelf = part(house, number="P-1"), part(house, number="P-2"), place(house)
    received(house, old, shelf)
    order = made(house, "work-orders", customer=customer(house))

    told(house, f"parts/{old}/supersede", by=new)
    told(house, f"parts/{old}/discontinue")

    told(house, f"work-orders/{order}/require-part", part=old, quantity="1")
    made(house, "stock-movements", kind="scrap", part=old, quantity="1", reason="damaged", **{"from": shelf})
    assert [one["on_hand"] for one in items(house, f"stock?location={shelf}")] == ["2"]


def test_stock_of_a_retired_place_stays_on_the_books(house: House) -> None:
    """Issue 9, 6."""
    pump, shelf = part(house), place(house)
    received(house, pump, shelf)

    told(house, f"locations/{shelf}/retire")

    assert [one["on_hand"] for one in items(house, f"stock?location={shelf}")] == ["3"]
    made(house, "stock-movements", kind="transfer_out", part=pump, quantity="3", **{"from": shelf})
    assert [one["on_hand"] for one in items(house, f"stock?location={shelf}")] in ([], ["0"])


def test_open_work_of_a_deactivated_technician_is_given_to_somebody_else(house: House) -> None:
    """Issue 9, 6."""
    anna, boris = technician(house), technician(house)
    order = made(house, "work-orders", customer=customer(house))
    told(house, f"work-orders/{order}/assign", technician=anna)
    planned = visit(house, work_order=order, technician=anna)

    told(house, f"technicians/{anna}/deactivate")

    assert [one["id"] for one in items(house, f"visits?technician={anna}&status=planned")] == [planned]
    assert [one["id"] for one in items(house, f"work-orders?technician={anna}")] == [order]
    told(house, f"visits/{planned}/dispatch", technician=boris)
    told(house, f"work-orders/{order}/assign", technician=boris)
    assert read(house, f"visits/{planned}")["technician"] == boris


def test_discrepancies_of_a_disabled_user_are_assigned_to_somebody_else(house: House) -> None:
    """Issue 9, 6."""
    owner = house.user("stock_keeper")
    pump, van = part(house), place(house, "van")
    made(house, "stock-movements", kind="scrap", part=pump, quantity="1", reason="damaged", **{"from": van})
    [found] = items(house, "discrepancies?open=true")
    told(house, f"discrepancies/{found['id']}/assign", to=str(owner))
    other = house.signed_in("stock_keeper", login="other", id=(heir := uuid4()))

    told(house, f"users/{owner}/disable")

    shown = read(house, f"discrepancies/{found['id']}")
    assert (shown["open"], UUID(shown["owner"]), bool(other)) == (True, owner, True)
    told(house, f"discrepancies/{found['id']}/assign", to=str(heir))
    told(house, f"users/{owner}/erase")
    assert read(house, f"discrepancies/{found['id']}")["owner"] == str(heir)
