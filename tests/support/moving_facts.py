"""Lists of facts and what is derived from them, each with a change that moves, adds and removes rows."""

from __future__ import annotations

from itertools import count
from typing import Any

from tests.api.conftest import ApiClient
from tests.api.work.test_visits import visit
from tests.support import moving_lists as things
from tests.support.api_steps import case, command, create, customer, part, place, read
from tests.support.field_setup import Field, Phone
from tests.support.moving_lists import DAY, Prepared
from tests.support.pulling_device import PullingDevice


def moved(api: ApiClient, pump: str, warehouse: str, **more: Any) -> None:
    create(api, "stock-movements", kind="receipt", part=pump, quantity="1", to=warehouse, **more)


def stock(api: ApiClient) -> Prepared:
    pumps, warehouse = [part(api, number=f"M-{n}") for n in range(7)], place(api)
    for pump in pumps:
        moved(api, pump, warehouse)
    numbers = count(50)

    def change() -> None:
        moved(api, part(api, number=f"M-{next(numbers)}"), warehouse)
        for pump in pumps:
            moved(api, pump, warehouse)

    return f"stock?location={warehouse}", ("location", "part", "on_hand"), change


def stock_movements(api: ApiClient) -> Prepared:
    pump, warehouse = part(api), place(api)
    for _ in range(7):
        moved(api, pump, warehouse)

    return "stock-movements", ("id",), lambda: moved(api, pump, warehouse, occurred_at="2026-01-01T00:00:00Z")


def notes(api: ApiClient) -> Prepared:
    order = create(api, "work-orders", customer=customer(api))
    for n in range(7):
        command(api, f"work-orders/{order}/add-note", text=f"Note {n}")

    def change() -> None:
        command(api, f"work-orders/{order}/add-note", text="new")
        command(api, f"work-orders/{order}/add-note", text="late", occurred_at="2026-01-01T00:00:00Z")

    return f"work-orders/{order}/facts?list=notes", ("position",), change


def steps(api: ApiClient) -> Prepared:
    id = visit(api)
    for n in range(7):
        command(
            api, f"visits/{id}/reschedule", window_start=DAY.format(n + 1, "09"), window_end=DAY.format(n + 1, "10")
        )

    def change() -> None:
        command(api, f"visits/{id}/reschedule", window_start=DAY.format(9, "09"), window_end=DAY.format(9, "10"))

    return f"visits/{id}/facts?list=steps", ("position",), change


def case_timeline(api: ApiClient) -> Prepared:
    owner = customer(api)
    id, other = case(api, owner), case(api, owner)
    for n in range(7):
        command(api, f"cases/{id}/wait", on=("parts", "vendor")[n % 2])

    def change() -> None:
        contact = create(api, "contacts", channel="phone", customer=owner, occurred_at="2026-01-01T00:00:00Z")
        command(api, f"contacts/{contact}/link", case=id, occurred_at="2026-01-01T00:00:00Z")
        if read(api, f"cases/{other}")["status"] == "open":
            command(api, f"cases/{other}/merge", into=id)

    return f"cases/{id}/timeline", ("position",), change


def history(api: ApiClient) -> Prepared:
    owner = customer(api)
    id = create(api, "equipment", model="B", customer=owner)
    for _ in range(7):
        command(api, f"equipment/{id}/set-warranty", terms="all", until="2026-12-31", **{"from": "2026-01-01"})

    def change() -> None:
        create(api, "work-orders", customer=owner, equipment=id, occurred_at="2026-01-01T00:00:00Z")

    return f"equipment/{id}/history", ("position",), change


def warranties(api: ApiClient) -> Prepared:
    id = create(api, "equipment", model="B")
    numbers = count(5)
    for _ in range(7):
        command(api, f"equipment/{id}/set-warranty", terms="all", until="2026-12-31", **{"from": "2026-01-01"})

    def change() -> None:
        command(api, f"equipment/{id}/withdraw-warranty", number=next(numbers), reason="mistake")
        command(api, f"equipment/{id}/set-warranty", terms="all", until="2026-12-31", **{"from": "2026-01-01"})

    return f"equipment/{id}/warranties", ("number", "withdrawn_from"), change


def discrepancies(api: ApiClient) -> Prepared:
    owner = customer(api)
    pump, machine = part(api), create(api, "equipment", model="B", customer=owner)
    vans = [place(api, "van") for _ in range(9)]
    order = create(api, "work-orders", customer=owner, equipment=machine)

    def use(van: str, **more: Any) -> None:
        line = {"kind": "consumption", "part": pump, "quantity": "1", "from": van, "work_order": order}
        create(api, "stock-movements", **line, **more)

    for van in vans[:7]:
        use(van)
    turn = iter(range(7))

    def change() -> None:
        moved(api, pump, place(api))
        found = next(turn)
        create(api, "stock-movements", kind="transfer_in", part=pump, quantity="1", to=vans[found])
        if found < 2:
            use(vans[7 + found], occurred_at="2026-01-01T00:00:00Z")

    return "discrepancies?open=true", ("id",), change


def devices(api: ApiClient) -> Prepared:
    ids = [str(PullingDevice(api).id) for _ in range(7)]
    turn = iter((6, 5, 4, 3))

    def change() -> None:
        command(api, f"devices/{ids[next(turn)]}/suspend", reason="Found on a bench")
        PullingDevice(api)

    return "devices?status=active", ("id",), change


def operations(api: ApiClient) -> Prepared:
    field = Field(api.services.log)
    phone, order = Phone(api.services.log, field.anna), field.order()
    phone.status = "suspended"

    def quarantine() -> str:
        operation = phone.operation("part_used", field.use(order))
        phone.result(operation)
        return str(operation["id"])

    ids = [quarantine() for _ in range(7)]
    turn = iter((0, 1, 2, 3))

    def change() -> None:
        command(api, f"operations/{ids[next(turn)]}/discard", reason="A test")
        quarantine()

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
