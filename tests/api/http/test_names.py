"""Issue 9, 16: lists say what things are called, beside their ids, to whoever may read those."""

from __future__ import annotations

from tests.api.conftest import ApiClient
from tests.support.api_steps import NAME, command, create, customer, items, part, place, read, technician

WINDOW = {"window_start": "2026-01-06T09:00:00+01:00", "window_end": "2026-01-06T11:00:00+01:00"}


def test_a_list_names_the_things_in_it_when_asked_to(api: ApiClient) -> None:
    owner, anna = customer(api), technician(api)
    order = create(api, "work-orders", customer=owner)
    create(api, "visits", work_order=order, technician=anna, **WINDOW)

    page = read(api, "visits?names=true")

    number = read(api, f"work-orders/{order}")["number"]
    assert page["names"].items() >= {owner: NAME, anna: "Anna", order: number}.items()
    assert "names" not in read(api, "visits")
    assert "names" not in read(api, "visits?names=false")


def test_ids_within_members_are_named_too_and_the_books_have_names(api: ApiClient) -> None:
    shelf, pump = place(api), part(api)
    create(api, "stock-movements", kind="receipt", part=pump, quantity="1", to=shelf)

    names = read(api, "stock-movements?names=true")["names"]

    assert {names[shelf], names[pump], "supplier"} <= set(names.values())
    assert names[pump].startswith("P-")


def test_nobody_learns_a_name_that_they_may_not_read(api: ApiClient) -> None:
    keeper = str(api.user("service_manager"))
    sent = {"kind": "transfer_out", "part": part(api, number="P-1"), "quantity": "2", "from": place(api)}
    assert api.post("/api/v1/stock-movements", sent, role="stock_keeper").status_code == 201
    [found] = items(api, "discrepancies?open=true")
    command(api, f"discrepancies/{found['id']}/assign", to=keeper)

    shown = {role: api.get("/api/v1/discrepancies?names=true", role=role).json or {} for role in ("admin", "biller")}

    assert {shown[role]["items"][0]["owner"] for role in shown} == {keeper}
    assert keeper in shown["admin"]["names"]
    assert keeper not in shown["biller"]["names"]
    assert "P-1" in shown["biller"]["names"].values()


def test_who_was_erased_has_no_name(api: ApiClient) -> None:
    owner = customer(api)
    create(api, "work-orders", customer=owner)
    command(api, f"customers/{owner}/erase")

    assert owner not in read(api, "work-orders?names=true")["names"]
    assert items(api, "work-orders")[0]["customer"] == owner
