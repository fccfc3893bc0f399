"""Issue 9, 16: lists say what things are called, beside their ids, to whoever may read those."""

from __future__ import annotations

from tests.api.conftest import House
from tests.support.api_steps import NAME, customer, items, made, part, place, read, technician, told

WINDOW = {"window_start": "2026-01-06T09:00:00+01:00", "window_end": "2026-01-06T11:00:00+01:00"}


def test_a_list_names_the_things_in_it_when_asked_to(house: House) -> None:
    owner, anna = customer(house), technician(house)
    order = made(house, "work-orders", customer=owner)
    made(house, "visits", work_order=order, technician=anna, **WINDOW)

    page = read(house, "visits?names=true")

    number = read(house, f"work-orders/{order}")["number"]
    assert page["names"].items() >= {owner: NAME, anna: "Anna", order: number}.items()
    assert "names" not in read(house, "visits")
    assert "names" not in read(house, "visits?names=false")


def test_ids_within_members_are_named_too_and_the_books_have_names(house: House) -> None:
    shelf, pump = place(house), part(house)
    made(house, "stock-movements", kind="receipt", part=pump, quantity="1", to=shelf)

    names = read(house, "stock-movements?names=true")["names"]

    assert {names[shelf], names[pump], "supplier"} <= set(names.values())
    assert names[pump].startswith("P-")


def test_nobody_learns_a_name_that_they_may_not_read(house: House) -> None:
    keeper = str(house.user("service_manager"))
    sent = {"kind": "transfer_out", "part": part(house, number="P-1"), "quantity": "2", "from": place(house)}
    assert house.post("/api/v1/stock-movements", sent, role="stock_keeper").status_code == 201
    [found] = items(house, "discrepancies?open=true")
    told(house, f"discrepancies/{found['id']}/assign", to=keeper)

    shown = {role: house.get("/api/v1/discrepancies?names=true", role=role).json or {} for role in ("admin", "biller")}

    assert {shown[role]["items"][0]["owner"] for role in shown} == {keeper}
    assert keeper in shown["admin"]["names"]
    assert keeper not in shown["biller"]["names"]
    assert "P-1" in shown["biller"]["names"].values()


def test_who_was_erased_has_no_name(house: House) -> None:
    owner = customer(house)
    made(house, "work-orders", customer=owner)
    told(house, f"customers/{owner}/erase")

    assert owner not in read(house, "work-orders?names=true")["names"]
    assert items(house, "work-orders")[0]["customer"] == owner
