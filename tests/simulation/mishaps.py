"""Steps of the environment: time, networks, disks, backups, restores and upgrades."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulation.steps import step
from tests.simulation.versions import upgrade_notes

DAY = 86_400

if TYPE_CHECKING:
    from tests.simulation.phone import Phone
    from tests.simulation.world import World


@step("views move on", 10)
def move_on(world: World, _: Phone) -> None:
    world.views.move_on(world.dice.choice((1, 3, 1000)))


@step("time passes", 6)
def time_passes(world: World, _: Phone) -> None:
    world.clock.advance(world.dice.choice((60, 1200, 1200, 7200, 30_000)))


@step("clock jumps", 1)
def clock_jumps(world: World, phone: Phone) -> None:
    phone.clock.jump(world.dice.choice((-30 * DAY, -DAY, -600, 20, 3_600, 40_000, 9 * DAY)))


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
    world.auditor.copies.rebuilt()


@step("held operations are looked after", 3)
def look_after_held(world: World, _: Phone) -> None:
    world.server.holding.settle(world.clock.now())


@step("keys are destroyed", 2)
def destroy_keys(world: World, _: Phone) -> None:
    world.forgetting.catch_up()


@step("bit rot", 1.5)
def bit_rot(world: World, phone: Phone) -> None:
    sql = world.dice.choice(
        (
            "DELETE FROM documents WHERE position = (SELECT min(position) FROM documents)",
            "UPDATE documents SET body = '{}' WHERE position = (SELECT max(position) FROM documents)",
            "UPDATE documents SET gone = 'rot' WHERE type = 'part'",
        )
    )
    if phone.device is not None and not phone.busy:
        phone.disk.rows(sql)
        phone.rotten = True


@step("back up a phone", 1)
def back_up_phone(_: World, phone: Phone) -> None:
    if phone.device is not None:
        phone.kept = phone.disk.image(), phone.rotten


@step("restore a phone", 1)
def restore_phone(_: World, phone: Phone) -> None:
    if phone.kept is not None:
        image, rotten = phone.kept
        phone.take_disk(image, rotten=rotten)


@step("clone a phone", 0.5)
def clone(world: World, phone: Phone) -> None:
    others = [one for one in world.phones if one.technician == phone.technician and one is not phone and one.device]
    other = world.dice.one(others)
    if other is not None and not other.busy:
        phone.as_new = world.dice.chance(0.5)
        phone.take_disk(other.disk.image(), rotten=other.rotten)


@step("reinstall a phone", 0.5)
def reinstall(_: World, phone: Phone) -> None:
    phone.take_disk(None)


@step("back up the server", 2)
def back_up_server(world: World, _: Phone) -> None:
    world.server.back_up()


@step("restore the server", 1)
def restore_server(world: World, _: Phone) -> None:
    if world.server.restore(world.dice.uuid()):
        world.forgetting.reached = 0
        world.auditor.restored()
        world.server.start()


@step("an app is upgraded", 1)
def upgrade(_: World, phone: Phone) -> None:
    phone.upgrade()


@step("the server is upgraded", 0.5)
def upgrade_server(_: World, __: Phone) -> None:
    upgrade_notes()


@step("old apps are no longer served", 0.4)
def end_old_apps(world: World, _: Phone) -> None:
    world.server.oldest_app = "2"
    world.server.start()
