"""What goes wrong without anybody's doing: time, networks, disks, and a server that comes back from a backup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulation.steps import step

if TYPE_CHECKING:
    from tests.simulation.phone import Phone
    from tests.simulation.world import World


@step("views move on", 10)
def move_on(world: World, _: Phone) -> None:
    world.views.move_on(world.dice.choice((1, 3, 1000)))


@step("time passes", 6)
def time_passes(world: World, _: Phone) -> None:
    world.clock.pass_by(world.dice.choice((60, 1200, 1200, 7200, 30_000)))


@step("clock jumps", 1)
def clock_jumps(world: World, phone: Phone) -> None:
    phone.clock.jump(world.dice.choice((-86_400, -600, 20, 3_600, 40_000)))


@step("partition", 2)
def partition(world: World, phone: Phone) -> None:
    world.network.cut_off ^= {phone.number}


@step("late request", 3)
def late_request(world: World, _: Phone) -> None:
    world.network.deliver_late()


@step("process ends", 1)
def process_ends(_: World, phone: Phone) -> None:
    phone.device = None


@step("rebuild views", 0.5)
def rebuild(world: World, _: Phone) -> None:
    world.views.rebuild()


@step("held operations are looked after", 3)
def look_after_held(world: World, _: Phone) -> None:
    world.server.holding.settle(world.clock.now())
