"""Lists of things with something that moves, adds and removes rows of each."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from tests.api.conftest import House
from tests.api.work.test_visits import visit
from tests.support.api_steps import case, customer, made, part, place, technician, told

DAY = "2026-02-{:02}T{}:00:00+01:00"
Change = Callable[[], None]
Prepared = tuple[str, tuple[str, ...], Change]
"""A path, the columns by which its rows are known, and the change."""


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


def search(house: House) -> Prepared:
    """What is found by a word, of which some is called otherwise meanwhile and some is new."""
    ids = [made(house, "customers", name=f"Kastanie {n}") for n in range(7)]
    turn = iter((0, 1, 2, 3))

    def change() -> None:
        told(house, f"customers/{ids[next(turn)]}/change", name="Another")
        made(house, "customers", name="Kastanie too")

    return "search?q=kastanie", ("id",), change


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
