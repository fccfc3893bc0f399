"""Steps of technicians with parts: use, remove, transfer, count, sometimes the same unit twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.simulation.field_work import order_of, record
from tests.simulation.steps import step

if TYPE_CHECKING:
    from tests.simulation.phone import Phone
    from tests.simulation.world import World


def van_of(world: World, phone: Phone) -> str:
    """The technician's first van, or sometimes another one's."""
    mine = world.company.technicians.index(phone.technician)
    number = world.dice.randrange(len(world.company.vans)) if world.dice.chance(0.15) else mine
    return str(world.company.vans[number])


def part_of(world: World) -> str:
    """A part of the catalogue, rarely an unknown one."""
    return str(world.dice.uuid() if world.dice.chance(0.03) else world.dice.choice(world.company.parts))


def taken(world: World, phone: Phone) -> dict[str, Any]:
    """Fields of a part taken from a van, with a serial number if it is tracked by serial."""
    part = part_of(world)
    data = {"location": van_of(world, phone), "part": part, "quantity": str(world.dice.randint(1, 2)), "serials": []}
    if part == str(world.company.parts[-1]):
        data |= {"quantity": "1", "serials": [world.dice.choice(world.serials) if world.serials else "S1"]}
    return data


@step("use a part", 8)
def use(world: World, phone: Phone) -> None:
    if order := order_of(world, phone):
        record(world, phone, "part_used", {"work_order": order} | taken(world, phone))


@step("take a part out", 2)
def remove(world: World, phone: Phone) -> None:
    reason = world.dice.choice(("defective", "core", "it fell down"))
    kind = world.dice.choice(("part_removed", "part_scrapped"))
    order = order_of(world, phone)
    record(world, phone, kind, taken(world, phone) | {"reason": reason} | ({"work_order": order} if order else {}))


@step("pass a part on", 3)
def transfer(world: World, phone: Phone) -> None:
    kind = world.dice.choice(("part_sent", "part_received"))
    record(world, phone, kind, taken(world, phone) | {"counterparty": str(world.dice.choice(world.company.vans))})


@step("count", 3)
def count(world: World, phone: Phone) -> None:
    seen = {"location": van_of(world, phone), "part": part_of(world), "quantity": str(world.dice.randrange(4))}
    record(world, phone, "stock_counted", seen)
