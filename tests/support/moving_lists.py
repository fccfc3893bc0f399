"""Lists of entities, each with a change that moves, adds and removes rows."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from tests.api.conftest import ApiClient
from tests.api.work.test_visits import visit
from tests.support.api_steps import case, command, create, customer, part, place, technician

DAY = "2026-02-{:02}T{}:00:00+01:00"
Change = Callable[[], None]
Prepared = tuple[str, tuple[str, ...], Change]
"""A path, the columns by which its rows are known, and the change."""


def visits(api: ApiClient) -> Prepared:
    """An order moves in the sort: the first visits go behind the last one, and the last one before the first."""
    order = create(api, "work-orders", customer=customer(api))
    when = [{"window_start": DAY.format(n, "09"), "window_end": DAY.format(n, "11")} for n in range(1, 8)]
    ids = [visit(api, work_order=order, **one) for one in when]
    days, turn = count(10), count()

    def change() -> None:
        n, day = next(turn), next(days)
        command(
            api,
            f"visits/{ids[n]}/reschedule",
            window_start=DAY.format(day, "09"),
            window_end=DAY.format(day, "11"),
        )
        early = f"2026-01-{28 - n:02}T"
        command(
            api,
            f"visits/{ids[6 - n]}/reschedule",
            window_start=f"{early}09:00:00+01:00",
            window_end=f"{early}11:00:00+01:00",
        )
        visit(api, work_order=order, window_start=DAY.format(7, "12"), window_end=DAY.format(7, "13"))

    return "visits", ("id",), change


def filtered_visits(api: ApiClient) -> Prepared:
    """A row leaves the filter, another one enters it."""
    order = create(api, "work-orders", customer=customer(api))
    when = [{"window_start": DAY.format(n, "09"), "window_end": DAY.format(n, "11")} for n in range(1, 8)]
    ids = [visit(api, work_order=order, **one) for one in when]
    turn = iter((6, 5, 4, 3))

    def change() -> None:
        command(api, f"visits/{ids[next(turn)]}/cancel", reason="Not needed")
        visit(api, work_order=order, window_start=DAY.format(20, "12"), window_end=DAY.format(20, "13"))

    return "visits?status=planned", ("id",), change


def missed_visits(api: ApiClient) -> Prepared:
    """Visits become missed between two pages."""
    path, key, change = filtered_visits(api)
    assert path
    return "visits?missed=true", key, change


def work_orders(api: ApiClient) -> Prepared:
    owner = customer(api)
    ids = [create(api, "work-orders", customer=owner) for _ in range(7)]
    turn = iter((0, 1, 2, 3))

    def change() -> None:
        command(api, f"work-orders/{ids[next(turn)]}/cancel", reason="No")
        create(api, "work-orders", customer=owner)
        create(api, "work-orders", customer=owner, occurred_at="2026-01-01T00:00:00Z")

    return "work-orders?status=unscheduled", ("id",), change


def cases(api: ApiClient) -> Prepared:
    owner = customer(api)
    ids = [case(api, owner) for _ in range(7)]
    turn = iter((0, 1, 2, 3))

    def change() -> None:
        command(api, f"cases/{ids[next(turn)]}/wait", on="parts")
        case(api, owner, occurred_at="2026-01-01T00:00:00Z", first_contact_at="2026-01-01T00:00:00Z")

    return "cases?status=open", ("id",), change


def contacts(api: ApiClient) -> Prepared:
    owner = customer(api)
    ids = [create(api, "contacts", channel="phone", customer=owner) for _ in range(7)]
    turn = iter((0, 1, 2, 3))

    def change() -> None:
        command(api, f"contacts/{ids[next(turn)]}/answer")
        create(api, "contacts", channel="phone", customer=owner, started_at="2026-01-01T00:00:00Z")

    return f"contacts?status=received&customer={owner}", ("id",), change


def customers(api: ApiClient) -> Prepared:
    ids = [customer(api) for _ in range(7)]
    turn = iter((0, 1, 2, 3))

    def change() -> None:
        customer(api)
        command(api, f"customers/{ids[next(turn)]}/change", name="Another")

    return "customers?words=Kastanienbaum", ("id",), change


def search(api: ApiClient) -> Prepared:
    """Search results, of which some are renamed and some are added between two pages."""
    ids = [create(api, "customers", name=f"Kastanie {n}") for n in range(7)]
    turn = iter((0, 1, 2, 3))

    def change() -> None:
        command(api, f"customers/{ids[next(turn)]}/change", name="Another")
        create(api, "customers", name="Kastanie too")

    return "search?q=kastanie", ("id",), change


def equipment(api: ApiClient) -> Prepared:
    owner, other = customer(api), customer(api)
    ids = [create(api, "equipment", model="B", customer=owner) for _ in range(7)]
    turn = iter((0, 1, 2, 3))

    def change() -> None:
        create(api, "equipment", model="B", customer=owner)
        command(api, f"equipment/{ids[next(turn)]}/change-owner", customer=other)

    return f"equipment?customer={owner}", ("id",), change


def parts(api: ApiClient) -> Prepared:
    ids = [part(api, number=f"P-{n}") for n in range(7)]
    turn = iter((6, 5, 4, 3))

    def change() -> None:
        n = next(turn)
        command(api, f"parts/{ids[n]}/discontinue")
        part(api, number=f"P-{n}a")

    return "parts?discontinued=false", ("id",), change


def locations(api: ApiClient) -> Prepared:
    ids = [place(api, "warehouse") for _ in range(7)]
    turn = iter((6, 5, 4, 3))

    def change() -> None:
        command(api, f"locations/{ids[next(turn)]}/retire")
        place(api, "warehouse")

    return "locations?retired=false", ("id",), change


def technicians(api: ApiClient) -> Prepared:
    ids = [technician(api) for _ in range(7)]
    turn = iter((6, 5, 4, 3))

    def change() -> None:
        command(api, f"technicians/{ids[next(turn)]}/deactivate")
        technician(api)

    return "technicians?active=true", ("id",), change


def users(api: ApiClient) -> Prepared:
    for n in range(6):
        create(api, "users", login=f"user-{n}", name="N", password="correct horse battery staple", roles=["agent"])
    turn = count()

    def change() -> None:
        n = next(turn)
        create(api, "users", login=f"user-{n}a", name="N", password="correct horse battery staple", roles=["agent"])

    return "users", ("id",), change
