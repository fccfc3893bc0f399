"""What the office does: it gives work out and takes it away, moves vans and parts, and decides about what does not fit."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from domain.customer import Customer
from domain.device import Device
from domain.discrepancy import Discrepancy
from domain.location import VIRTUAL, Location
from domain.problem import Problem
from domain.stock_count import StockCount
from domain.stock_movement import StockMovement
from domain.technician import Technician
from domain.visit import Visit
from domain.work_order import WorkOrder
from projections.discrepancy_row import DISCREPANCIES, REFS
from projections.operations import OPERATIONS
from projections.stock_lines import COUNTED
from sync.release import release
from tests.simulation.steps import step

if TYPE_CHECKING:
    from tests.simulation.phone import Phone
    from tests.simulation.world import World


@step("open a work order", 3)
def open_order(world: World, _: Phone) -> None:
    world.company.open()


@step("decide about a work order", 8)
def decide(world: World, _: Phone) -> None:
    id = world.dice.one(world.company.known(world.company.orders))
    if id is None:
        return
    what, who = world.dice.randrange(10), world.dice.choice(world.company.technicians)

    def change() -> None:
        work = world.log.work()
        order = work.get(WorkOrder, id)
        if what < 6:
            order.assign(who)
        elif what == 6:
            order.cancel("the customer has moved away")
        elif what == 7:
            order.complete(fixed="yes")
        elif what == 8:
            order.reopen("it leaks again")
        else:
            order.close()
        work.add(world.company.envelope(), order)
        work.commit()

    with suppress(Problem):
        world.log.attempt(change)


@step("plan a visit", 4)
def plan(world: World, _: Phone) -> None:
    dice, at = world.dice, world.clock.now()
    order = dice.one(world.company.known(world.company.orders))
    if order is None:
        return
    work = world.log.work()
    visit = Visit.plan(
        id=dice.uuid(),
        work_order=order,
        customer=work.get(WorkOrder, order).customer,
        technician=dice.choice([*world.company.technicians, None]),
        window_start=at + timedelta(hours=1),
        window_end=at + timedelta(hours=3),
        zone="Europe/Berlin",
    )
    world.company.visits.append(visit.id)
    work.add(world.company.envelope(), visit)
    work.commit()


@step("decide about a visit", 3)
def decide_visit(world: World, _: Phone) -> None:
    id = world.dice.one(world.company.known(world.company.visits))
    if id is None:
        return
    work = world.log.work()
    visit = work.get(Visit, id)
    with suppress(Problem):
        if world.dice.chance(0.7):
            visit.dispatch(world.dice.choice(world.company.technicians))
        else:
            visit.cancel("not needed")
        work.add(world.company.envelope(), visit)
        work.commit()


@step("hand a van over", 2)
def hand_over(world: World, _: Phone) -> None:
    work = world.log.work()
    van = work.get(Location, world.dice.choice(world.company.vans))
    technician = work.get(Technician, world.dice.choice(world.company.technicians))
    van.take_custody(technician.id)
    technician.assign_van(van.id)
    work.add(world.company.envelope(), van, technician)
    work.commit()


@step("send parts", 2)
def stock_up(world: World, _: Phone) -> None:
    part = world.dice.choice(world.company.parts)
    serials: tuple[str, ...] = ()
    if part == world.company.parts[-1]:
        serials = (f"S{world.dice.getrandbits(24)}",)
    world.company.save(
        StockMovement.record(
            id=world.dice.uuid(),
            kind="transfer_in",
            part=part,
            quantity=Decimal(1),
            from_=VIRTUAL["transit"],
            to=world.dice.choice(world.company.vans),
            serials=serials,
        )
    )


@step("approve a count", 3)
def approve(world: World, _: Phone) -> None:
    counted = sorted(
        {row["of_count"] for row in world.views.rows.rows(COUNTED) if not row["approved"]}, key=lambda id: id.int
    )
    id = world.dice.one(world.company.known(counted))
    if id is None:
        return
    work = world.log.work()
    count = work.get(StockCount, id)
    with suppress(Problem):
        count.submit()
        count.approve(by=world.company.keeper)
        work.add(world.company.envelope(), count)
        work.commit()


@step("settle a discrepancy", 3)
def settle(world: World, _: Phone) -> None:
    rows = sorted((row for row in world.views.rows.rows(DISCREPANCIES) if row["open"]), key=lambda row: row["id"].int)
    row = world.dice.one(rows)
    if row is None:
        return
    work = world.log.work()
    entity = work.find(Discrepancy, row["id"])
    if entity is None:
        refs = tuple(UUID(row["refs"][name]) for name in REFS[row["kind"]])
        entity = Discrepancy.take_up(id=row["id"], kind=row["kind"], refs=refs)
    if world.dice.chance(0.5):
        entity.assign(world.company.dispatcher)
    else:
        entity.write_off(reason="unknown", approved_by=world.company.keeper)
    work.add(world.company.envelope(), entity)
    work.commit()


@step("decide about what was put aside", 4)
def decide_operation(world: World, _: Phone) -> None:
    rows = [row for row in world.views.rows.rows(OPERATIONS) if row["status"] == "quarantined"]
    rows.sort(key=lambda row: row["position"])
    row = world.dice.one(rows)
    if row is None:
        return
    operation, wanted = row["operation"], world.dice.chance(0.6)

    def change() -> None:
        work = world.log.work()
        if wanted:
            release(world.log, work, operation, world.company.envelope())
        else:
            device = work.get(Device, row["device"])
            device.discard(operation, reason="nobody knows what it means")
            work.add(world.company.envelope(), device)
        work.commit()

    with suppress(Problem):
        world.log.attempt(change)


@step("doubt a device", 3)
def doubt(world: World, _: Phone) -> None:
    seats = sorted(world.access.kept.seats.values(), key=lambda seat: seat.device.int)
    seat = world.dice.one(seats)
    if seat is None:
        return
    work = world.log.work()
    device = work.find(Device, seat.device)
    if device is None:
        return
    with suppress(Problem):
        what = world.dice.randrange(10)
        if what < 4:
            device.suspend("it behaves oddly")
            world.access.set(device.id, "suspended")
        elif what < 9:
            device.resume()
            world.access.set(device.id, "active")
        else:
            device.revoke(reason="retired")
            world.access.set(device.id, "revoked", wipe=device.wipe)
        work.add(world.company.envelope(), device)
        work.commit()


def trust_everybody(world: World) -> None:
    """The office has looked into every suspicion, and found nothing."""
    for seat in world.access.kept.seats.values():
        work = world.log.work()
        device = work.find(Device, seat.device)
        if device is not None and not device.is_revoked():
            device.resume()
            world.access.set(device.id, "active")
            work.add(world.company.envelope(), device)
            work.commit()


@step("correct a customer", 1)
def change_customer(world: World, _: Phone) -> None:
    work = world.log.work()
    customer = work.get(Customer, world.dice.choice(world.company.customers))
    with suppress(Problem):
        customer.change(phones=(f"030 {world.dice.randrange(9)}",))
        work.add(world.company.envelope(), customer)
        work.commit()
