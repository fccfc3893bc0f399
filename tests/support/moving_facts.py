"""Lists of what happened and of what follows from it, with something that moves, adds and removes rows of each."""

from __future__ import annotations

from itertools import count
from typing import Any

from tests.api.conftest import House
from tests.api.work.test_visits import visit
from tests.support import moving_lists as things
from tests.support.api_steps import case, customer, made, part, place, read, told
from tests.support.field_setup import Field, Phone
from tests.support.moving_lists import DAY, Prepared
from tests.support.pulling_device import Pocket


def moved(house: House, pump: str, warehouse: str, **more: Any) -> None:
    made(house, "stock-movements", kind="receipt", part=pump, quantity="1", to=warehouse, **more)


def stock(house: House) -> Prepared:
    pumps, warehouse = [part(house, number=f"M-{n}") for n in range(7)], place(house)
    for pump in pumps:
        moved(house, pump, warehouse)
    numbers = count(50)

    def change() -> None:
        moved(house, part(house, number=f"M-{next(numbers)}"), warehouse)
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


def devices(house: House) -> Prepared:
    ids = [str(Pocket(house).id) for _ in range(7)]
    turn = iter((6, 5, 4, 3))

    def change() -> None:
        told(house, f"devices/{ids[next(turn)]}/suspend", reason="Found on a bench")
        Pocket(house)

    return "devices?status=active", ("id",), change


def operations(house: House) -> Prepared:
    field = Field(house.services.log)
    phone, order = Phone(house.services.log, field.anna), field.order()
    phone.status = "suspended"

    def put_aside() -> str:
        operation = phone.operation("part_used", field.use(order))
        phone.result(operation)
        return str(operation["id"])

    ids = [put_aside() for _ in range(7)]
    turn = iter((0, 1, 2, 3))

    def change() -> None:
        told(house, f"operations/{ids[next(turn)]}/discard", reason="A test")
        put_aside()

    return "operations?status=quarantined", ("operation",), change


LISTS = (
    things.visits,
    things.filtered_visits,
    things.missed_visits,
    things.work_orders,
    things.cases,
    things.contacts,
    things.customers,
    things.search,
    things.equipment,
    things.parts,
    things.locations,
    things.technicians,
    things.users,
    stock,
    stock_movements,
    notes,
    steps,
    case_timeline,
    history,
    warranties,
    discrepancies,
    devices,
    operations,
)
