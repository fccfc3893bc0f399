"""Steps of the office: discrepancies, quarantined and held operations, suspended and revoked devices."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING
from uuid import UUID

from domain.access.device import Device
from domain.kernel.aggregate import Entity
from domain.kernel.problem import Problem
from domain.recording.unit_of_work import Work
from domain.stock.discrepancy import Discrepancy
from domain.stock.discrepancy_kinds import RULES
from projections.access.operations import OPERATIONS
from projections.stock.discrepancy_row import DISCREPANCIES
from sync.release import discard as make_nothing_of
from sync.release import release
from tests.simulation.desk_work import office
from tests.simulation.steps import step

if TYPE_CHECKING:
    from tests.simulation.phone import Phone
    from tests.simulation.world import World


@step("settle a discrepancy", 3)
def settle(world: World, _: Phone) -> None:
    rows = [row for row in world.views.rows.rows(DISCREPANCIES) if row["open"] and row["kind"] != "clock_suspect"]
    row, assigns = world.dice.one(sorted(rows, key=lambda row: row["id"].int)), world.dice.chance(0.5)

    def change(work: Work) -> Iterable[Entity]:
        if row is None:
            return ()
        entity = work.find(Discrepancy, row["id"])
        if entity is None:
            refs = tuple(UUID(row["refs"][name]) for name in RULES[row["kind"]].about)
            entity = Discrepancy.take_up(id=row["id"], kind=row["kind"], refs=refs)
        if assigns:
            entity.assign(world.company.dispatcher)
        else:
            entity.write_off(reason="unknown", approved_by=world.company.keeper)
        return (entity,)

    office(world, change)


@step("decide about what was put aside", 4)
def decide_operation(world: World, _: Phone) -> None:
    rows = [row for row in world.views.rows.rows(OPERATIONS) if row["status"] in ("quarantined", "held")]
    row = world.dice.one(sorted(rows, key=lambda row: row["position"]))
    if row is not None:
        if world.dice.chance(0.6):
            take_in(world, row["operation"], row["text_position"])
        else:
            discard(world, row["operation"], row["text_position"])


def take_in(world: World, operation: UUID, position: int) -> None:
    """Release an operation."""

    def once() -> None:
        work = world.log.work()
        release(world.log, work, operation, world.company.envelope(), position)
        work.commit()

    with suppress(Problem):
        world.log.attempt(once)


def discard(world: World, operation: UUID, position: int) -> None:
    """Discard an operation."""

    def change(work: Work) -> Iterable[Entity]:
        return (make_nothing_of(world.log, work, operation, "nobody knows what it means", position),)

    office(world, change)


@step("doubt a device", 3)
def doubt(world: World, _: Phone) -> None:
    state = world.dice.one(sorted(world.access.kept.devices.values(), key=lambda state: state.device.int))
    what = world.dice.randrange(10)

    def change(work: Work) -> Iterable[Entity]:
        device = work.find(Device, state.device) if state else None
        if device is None:
            return ()
        if what < 4:
            device.suspend("it behaves oddly")
        elif what < 7:
            device.resume()
        else:
            device.revoke(reason="retired")
        return (device,)

    office(world, change)


@step("lose a phone", 0.6)
def lose(world: World, _: Phone) -> None:
    state = world.dice.one(sorted(world.access.kept.devices.values(), key=lambda state: state.device.int))

    def change(work: Work) -> Iterable[Entity]:
        device = work.find(Device, state.device) if state else None
        if device is None:
            return ()
        device.revoke(reason="lost", wipe=True)
        return (device,)

    office(world, change)


def trust_everybody(world: World) -> None:
    """Resume every device that is not revoked."""
    for state in world.access.kept.devices.values():

        def change(work: Work, id: UUID = state.device) -> Iterable[Entity]:
            device = work.find(Device, id)
            if device is None or device.is_revoked():
                return ()
            device.resume()
            return (device,)

        office(world, change)
