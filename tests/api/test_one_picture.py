"""Every list is one picture: all its pages show what was there when the first one was read, each row exactly once."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from projections.past_place import QuestionTooLarge, QuestionTooLong
from tests.api.conftest import House
from tests.api.test_visits import visit
from tests.support.counter import case, customer, made, part, place, read, technician, told

DAY = "2026-02-{:02}T{}:00:00+01:00"
Change = Callable[[], None]
Prepared = tuple[str, tuple[str, ...], Change]


def pages(house: House, path: str, between: Change, limit: int = 2) -> list[dict[str, Any]]:
    """All rows of a list, page by page, with something that changes between the pages."""
    found, cursor = [], ""
    while True:
        page = read(house, f"{path}{'&' if '?' in path else '?'}limit={limit}{cursor}")
        found += page["items"]
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"
        between()


def visits(house: House) -> Prepared:
    """An order moves in the sort: the first visits go behind the last one, and the last one before the first."""
    order = made(house, "work-orders", customer=customer(house))
    when = [{"window_start": DAY.format(n, "09"), "window_end": DAY.format(n, "11")} for n in range(1, 8)]
    ids = [visit(house, work_order=order, **one) for one in when]
    days, turn = count(10), count()

    def change() -> None:
        n, day = next(turn), next(days)
        told(
            house,
            f"visits/{ids[n]}/reschedule",
            window_start=DAY.format(day, "09"),
            window_end=DAY.format(day, "11"),
        )
        early = f"2026-01-{28 - n:02}T"
        told(
            house,
            f"visits/{ids[6 - n]}/reschedule",
            window_start=f"{early}09:00:00+01:00",
            window_end=f"{early}11:00:00+01:00",
        )
        visit(house, work_order=order, window_start=DAY.format(7, "12"), window_end=DAY.format(7, "13"))

    return "visits", ("id",), change


def filtered_visits(house: House) -> Prepared:
    """A row leaves the filter, another one enters it."""
    order = made(house, "work-orders", customer=customer(house))
    when = [{"window_start": DAY.format(n, "09"), "window_end": DAY.format(n, "11")} for n in range(1, 8)]
    ids = [visit(house, work_order=order, **one) for one in when]
    turn = iter((6, 5, 4, 3))

    def change() -> None:
        told(house, f"visits/{ids[next(turn)]}/cancel", reason="Not needed")
        visit(house, work_order=order, window_start=DAY.format(20, "12"), window_end=DAY.format(20, "13"))

    return "visits?status=planned", ("id",), change


def missed_visits(house: House) -> Prepared:
    """What is missed while one reads."""
    path, key, change = filtered_visits(house)
    assert path
    return "visits?missed=true", key, change


def work_orders(house: House) -> Prepared:
    owner = customer(house)
    ids = [made(house, "work-orders", customer=owner) for _ in range(7)]
    turn = iter((0, 1, 2, 3))

    def change() -> None:
        told(house, f"work-orders/{ids[next(turn)]}/cancel", reason="No")
        made(house, "work-orders", customer=owner)
        made(house, "work-orders", customer=owner, occurred_at="2026-01-01T00:00:00Z")

    return "work-orders?status=unscheduled", ("id",), change


def cases(house: House) -> Prepared:
    owner = customer(house)
    ids = [case(house, owner) for _ in range(7)]
    turn = iter((0, 1, 2, 3))

    def change() -> None:
        told(house, f"cases/{ids[next(turn)]}/wait", on="parts")
        case(house, owner, occurred_at="2026-01-01T00:00:00Z", first_contact_at="2026-01-01T00:00:00Z")

    return "cases?status=open", ("id",), change


def contacts(house: House) -> Prepared:
    owner = customer(house)
    ids = [made(house, "contacts", channel="phone", customer=owner) for _ in range(7)]
    turn = iter((0, 1, 2, 3))

    def change() -> None:
        told(house, f"contacts/{ids[next(turn)]}/answer")
        made(house, "contacts", channel="phone", customer=owner, started_at="2026-01-01T00:00:00Z")

    return f"contacts?status=received&customer={owner}", ("id",), change


def customers(house: House) -> Prepared:
    ids = [customer(house) for _ in range(7)]
    turn = iter((0, 1, 2, 3))

    def change() -> None:
        customer(house)
        told(house, f"customers/{ids[next(turn)]}/change", name="Another")

    return "customers?words=Kastanienbaum", ("id",), change


def equipment(house: House) -> Prepared:
    owner, other = customer(house), customer(house)
    ids = [made(house, "equipment", model="B", customer=owner) for _ in range(7)]
    turn = iter((0, 1, 2, 3))

    def change() -> None:
        made(house, "equipment", model="B", customer=owner)
        told(house, f"equipment/{ids[next(turn)]}/change-owner", customer=other)

    return f"equipment?customer={owner}", ("id",), change


def parts(house: House) -> Prepared:
    ids = [part(house, number=f"P-{n}") for n in range(7)]
    turn = iter((6, 5, 4, 3))

    def change() -> None:
        n = next(turn)
        told(house, f"parts/{ids[n]}/discontinue")
        part(house, number=f"P-{n}a")

    return "parts?discontinued=false", ("id",), change


def locations(house: House) -> Prepared:
    ids = [place(house, "warehouse") for _ in range(7)]
    turn = iter((6, 5, 4, 3))

    def change() -> None:
        told(house, f"locations/{ids[next(turn)]}/retire")
        place(house, "warehouse")

    return "locations?retired=false", ("id",), change


def technicians(house: House) -> Prepared:
    ids = [technician(house) for _ in range(7)]
    turn = iter((6, 5, 4, 3))

    def change() -> None:
        told(house, f"technicians/{ids[next(turn)]}/deactivate")
        technician(house)

    return "technicians?active=true", ("id",), change


def users(house: House) -> Prepared:
    for n in range(6):
        made(house, "users", login=f"user-{n}", name="N", password="correct horse battery staple", roles=["agent"])
    turn = count()

    def change() -> None:
        n = next(turn)
        made(house, "users", login=f"user-{n}a", name="N", password="correct horse battery staple", roles=["agent"])

    return "users", ("id",), change


def moved(house: House, pump: str, warehouse: str, **more: Any) -> None:
    made(house, "stock-movements", kind="receipt", part=pump, quantity="1", to=warehouse, **more)


def stock(house: House) -> Prepared:
    pumps, warehouse = [part(house, number=f"P-{n}") for n in range(7)], place(house)
    for pump in pumps:
        moved(house, pump, warehouse)
    numbers = count(50)

    def change() -> None:
        moved(house, part(house, number=f"P-{next(numbers)}"), warehouse)
        for pump in pumps:
            moved(house, pump, warehouse)

    return f"stock?location={warehouse}", ("location", "part", "on_hand"), change


def stock_movements(house: House) -> Prepared:
    pump, warehouse = part(house), place(house)
    for _ in range(7):
        moved(house, pump, warehouse)

    return "stock-movements", ("id",), lambda: moved(house, pump, warehouse, occurred_at="2026-01-01T00:00:00Z")


def notes(house: House) -> Prepared:
    order = made(house, "work-orders", customer=customer(house))
    for n in range(7):
        told(house, f"work-orders/{order}/add-note", text=f"Note {n}")

    def change() -> None:
        told(house, f"work-orders/{order}/add-note", text="new")
        told(house, f"work-orders/{order}/add-note", text="late", occurred_at="2026-01-01T00:00:00Z")

    return f"work-orders/{order}/facts?list=notes", ("position",), change


def steps(house: House) -> Prepared:
    id = visit(house)
    for n in range(7):
        told(house, f"visits/{id}/reschedule", window_start=DAY.format(n + 1, "09"), window_end=DAY.format(n + 1, "10"))

    def change() -> None:
        told(house, f"visits/{id}/reschedule", window_start=DAY.format(9, "09"), window_end=DAY.format(9, "10"))

    return f"visits/{id}/facts?list=steps", ("position",), change


def case_timeline(house: House) -> Prepared:
    owner = customer(house)
    id, other = case(house, owner), case(house, owner)
    for n in range(7):
        told(house, f"cases/{id}/wait", on=("parts", "vendor")[n % 2])

    def change() -> None:
        contact = made(house, "contacts", channel="phone", customer=owner, occurred_at="2026-01-01T00:00:00Z")
        told(house, f"contacts/{contact}/link", case=id, occurred_at="2026-01-01T00:00:00Z")
        if read(house, f"cases/{other}")["status"] == "open":
            told(house, f"cases/{other}/merge", into=id)

    return f"cases/{id}/timeline", ("position",), change


def history(house: House) -> Prepared:
    owner = customer(house)
    id = made(house, "equipment", model="B", customer=owner)
    for _ in range(7):
        told(house, f"equipment/{id}/set-warranty", terms="all", until="2026-12-31", **{"from": "2026-01-01"})

    def change() -> None:
        made(house, "work-orders", customer=owner, equipment=id, occurred_at="2026-01-01T00:00:00Z")

    return f"equipment/{id}/history", ("position",), change


def warranties(house: House) -> Prepared:
    id = made(house, "equipment", model="B")
    numbers = count(5)
    for _ in range(7):
        told(house, f"equipment/{id}/set-warranty", terms="all", until="2026-12-31", **{"from": "2026-01-01"})

    def change() -> None:
        told(house, f"equipment/{id}/withdraw-warranty", number=next(numbers), reason="mistake")
        told(house, f"equipment/{id}/set-warranty", terms="all", until="2026-12-31", **{"from": "2026-01-01"})

    return f"equipment/{id}/warranties", ("number", "withdrawn_from"), change


def discrepancies(house: House) -> Prepared:
    owner = customer(house)
    pump, machine = part(house), made(house, "equipment", model="B", customer=owner)
    vans = [place(house, "van") for _ in range(9)]
    order = made(house, "work-orders", customer=owner, equipment=machine)

    def use(van: str, **more: Any) -> None:
        line = {"kind": "consumption", "part": pump, "quantity": "1", "from": van, "work_order": order}
        made(house, "stock-movements", **line, **more)

    for van in vans[:7]:
        use(van)
    turn = iter(range(7))

    def change() -> None:
        moved(house, pump, place(house))
        found = next(turn)
        made(house, "stock-movements", kind="transfer_in", part=pump, quantity="1", to=vans[found])
        if found < 2:
            use(vans[7 + found], occurred_at="2026-01-01T00:00:00Z")

    return "discrepancies?open=true", ("id",), change


LISTS = (
    visits,
    filtered_visits,
    missed_visits,
    work_orders,
    cases,
    contacts,
    customers,
    equipment,
    parts,
    locations,
    technicians,
    users,
    stock,
    stock_movements,
    notes,
    steps,
    case_timeline,
    history,
    warranties,
    discrepancies,
)


@pytest.mark.parametrize("prepare", LISTS, ids=lambda prepare: prepare.__name__)
def test_a_list_is_one_picture_while_others_write(house: House, prepare: Callable[[House], Prepared]) -> None:
    """Issue 9, 13: the first page's position travels in the cursor: nothing is lost, repeated or added."""
    path, key, change = prepare(house)
    once = read(house, f"{path}{'&' if '?' in path else '?'}limit=500")["items"]
    first = [tuple(row[name] for name in key) for row in once]
    assert len(first) >= 7

    found = [tuple(row[name] for name in key) for row in pages(house, path, change)]

    assert found == first


def test_pages_of_a_list_in_which_nothing_happens_fold_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue 9, 13: what other views take in does not concern a list, and nobody folds the past for it."""
    ids = [part(house, number=f"P-{n}") for n in range(5)]

    def fail(*_: object, **__: object) -> None:
        raise AssertionError("the past was asked for")

    monkeypatch.setattr(type(house.services.past), "at", fail)

    def elsewhere() -> None:
        told(house, f"customers/{customer(house)}/change", name="Another")

    found = pages(house, "parts", elsewhere)

    assert [row["id"] for row in found] == ids


def test_a_list_as_of_an_instant_is_one_picture_too(house: House) -> None:
    """Issue 9, 13: `as_of` alone pins what is known by the first page as well."""
    order = made(house, "work-orders", customer=customer(house))
    ids = {visit(house, work_order=order) for _ in range(5)}

    def change() -> None:
        visit(house, work_order=order)

    found = pages(house, "visits?as_of=2036-01-01T00:00:00Z", change)

    assert sorted(row["id"] for row in found) == sorted(ids)


@pytest.mark.parametrize("problem", [QuestionTooLong, QuestionTooLarge])
def test_a_history_too_long_to_be_folded_does_not_end_a_list(
    house: House, monkeypatch: pytest.MonkeyPatch, problem: type[Exception]
) -> None:
    """Issue 9, 13: then the page is of now, and says so."""
    for n in range(5):
        part(house, number=f"P-{n}")

    def fail(*_: object, **__: object) -> None:
        raise problem

    monkeypatch.setattr(type(house.services.past), "at", fail)
    first = read(house, "parts?limit=2")
    part(house, number="P-3a")
    second = read(house, f"parts?limit=2&cursor={first['next']}")

    assert "moved" not in first
    assert second["moved"] is True
    assert [row["number"] for row in second["items"]] == ["P-2", "P-3"]
