"""Steps of technicians: groups of operations, and operations that need another one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest.mock import patch

from sync.device import NewOperation
from sync.device import World as Around
from tests.simulation.field_parts import taken
from tests.simulation.field_work import order_of, record
from tests.simulation.steps import step

if TYPE_CHECKING:
    from tests.simulation.phone import Phone
    from tests.simulation.world import World


@step("do several things at once", 3)
def group(world: World, phone: Phone) -> None:
    if order := order_of(world, phone):
        deeds = [
            NewOperation("part_used", {"work_order": order} | taken(world, phone)),
            NewOperation("labour_recorded", {"work_order": order, "minutes": 5, "kind": "work"}),
            NewOperation("close_work_order", {"work_order": order}),
            NewOperation("note_added", {"work_order": order, "text": ["no text"]}),
            NewOperation("work_completed", {"work_order": order, "fixed": "yes"}),
            NewOperation("request_visit", {"work_order": order}),
        ]
        some = world.dice.sample(deeds, world.dice.randint(2, 4))
        if (need := needed(world)) and world.dice.chance(0.3):
            some[0] = some[0]._replace(needs=[need])
        phone.use(lambda device: device.record_group(some))


def needed(world: World) -> str | None:
    """The id of any recent operation, which may not have arrived; rarely one that never will."""
    return world.dice.one(list(world.auditor.ledger.made)[-12:]) if world.dice.chance(0.9) else str(world.dice.uuid())


@step("go on with what another began", 3)
def need(world: World, phone: Phone) -> None:
    order, need = order_of(world, phone), needed(world)
    if order and need:
        kind, more = world.dice.choice(
            (("note_added", {"text": "as he said"}), ("close_work_order", {}), ("part_used", taken(world, phone)))
        )
        data = {"work_order": order} | more
        made = record(world, phone, kind, data, needs=[need])
        if made and world.dice.chance(0.4):  # it was not so, though it may wait still; and how it really was
            record(world, phone, "fact_corrected", {"operation": made})
            record(world, phone, kind, data)
    if world.dice.chance(0.15):
        name_each_other(world, phone)


def name_each_other(world: World, phone: Phone) -> None:
    """Two corrections that need each other, on one phone or two, so that neither can be recorded first."""
    later, other = str(world.dice.uuid()), world.dice.choice((phone, world.dice.choice(world.phones)))
    first = record(world, phone, "fact_corrected", {"operation": later}, needs=[later])
    if first and not other.busy:
        with patch.object(Around, "new_id", lambda _: later):
            record(world, other, "fact_corrected", {"operation": first})
