"""Steps of the office: work orders, visits, vans, parts, counts and customers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from domain.care.customer import Customer
from domain.kernel.aggregate import Entity
from domain.kernel.problem import Problem
from domain.recording.order_ends import cancel_order, close_order
from domain.recording.unit_of_work import Work
from domain.stock.location import VIRTUAL, Location
from domain.stock.stock_count import StockCount
from domain.stock.stock_movement import StockMovement
from domain.work.technician import Technician
from domain.work.visit import Visit
from domain.work.work_order import WorkOrder
from domain.work.work_order_status import must_not_be_final
from projections.stock.stock_lines import COUNTED
from tests.simulation.steps import step

if TYPE_CHECKING:
    from tests.simulation.phone import Phone
    from tests.simulation.world import World


def office(world: World, decide: Callable[[Work], Iterable[Entity]]) -> None:
    """One command of the office: load, decide, commit, retried on a conflict; a refused one has no effect."""

    def once() -> None:
        work = world.log.work()
        work.add(world.company.envelope(), *decide(work))
        work.commit()

    with suppress(Problem):
        world.log.attempt(once)


def office_is_faster(world: World, pending: Sequence[Any]) -> None:
    """Reassign or cancel a work order that events which are about to be recorded depend on."""
    order = world.dice.one([event.work_order for event in pending if getattr(event, "work_order", None)])
    who, cancels = world.dice.choice(world.company.technicians), world.dice.chance(0.1)

    def change(work: Work) -> Iterable[Entity]:
        entity = work.find(WorkOrder, order)
        if entity is None:
            return ()
        if cancels:
            return (entity, *cancel_order(work, entity, "the customer has moved away"))
        entity.assign(who)
        return (entity,)

    office(world, change)


@step("open a work order", 3)
def open_order(world: World, _: Phone) -> None:
    office(world, lambda _: [world.company.opened()])


@step("decide about a work order", 8)
def decide(world: World, _: Phone) -> None:
    id = world.dice.one(world.company.known(world.company.orders))
    what, who = world.dice.randrange(10), world.dice.choice(world.company.technicians)

    def change(work: Work) -> Iterable[Entity]:
        if id is None:
            return ()
        order = work.get(WorkOrder, id)
        if what < 6:
            order.assign(who)
        elif what == 6:
            return (order, *cancel_order(work, order, "the customer has moved away"))
        elif what == 7:
            order.complete(fixed="yes")
        elif what == 8:
            order.reopen("it leaks again")
        else:
            return (order, *close_order(work, order))
        return (order,)

    office(world, change)


@step("plan a visit", 4)
def plan(world: World, _: Phone) -> None:
    dice, at = world.dice, world.clock.now()
    order, id = dice.one(world.company.known(world.company.orders)), dice.uuid()
    who = dice.choice([*world.company.technicians, None])
    about: dict[str, Any] = {"work_order": order, "technician": who, "zone": "Europe/Berlin"}
    about |= {"window_start": at + timedelta(hours=1), "window_end": at + timedelta(hours=3)}

    def planned(work: Work) -> Iterable[Entity]:
        if order is None:
            return ()
        entity = work.get(WorkOrder, order)
        must_not_be_final(entity.status)
        return (Visit.plan(id=id, customer=entity.customer, **about),)

    office(world, planned)
    world.company.visits.append(id)


@step("decide about a visit", 3)
def decide_visit(world: World, _: Phone) -> None:
    id, who = world.dice.one(world.company.known(world.company.visits)), world.dice.choice(world.company.technicians)
    goes = world.dice.chance(0.7)

    def change(work: Work) -> Iterable[Entity]:
        if id is None:
            return ()
        visit = work.get(Visit, id)
        must_not_be_final(work.get(WorkOrder, visit.work_order).status)
        if goes:
            visit.dispatch(who)
        else:
            visit.cancel("not needed")
        return (visit,)

    office(world, change)


@step("hand a van over", 2)
def hand_over(world: World, _: Phone) -> None:
    which, who = world.dice.choice(world.company.vans), world.dice.choice(world.company.technicians)

    def change(work: Work) -> Iterable[Entity]:
        van, technician = work.get(Location, which), work.get(Technician, who)
        van.take_custody(technician.id)
        technician.assign_van(van.id)
        return van, technician

    office(world, change)


@step("send parts", 2)
def stock_up(world: World, _: Phone) -> None:
    part, van = world.dice.choice(world.company.parts), world.dice.choice(world.company.vans)
    serials = (f"S{world.dice.getrandbits(24)}",) if part == world.company.parts[-1] else ()
    moved = StockMovement.record(
        id=world.dice.uuid(),
        kind="transfer_in",
        part=part,
        quantity=Decimal(1),
        from_=VIRTUAL["transit"],
        to=van,
        serials=serials,
    )
    office(world, lambda _: [moved])


@step("approve a count", 3)
def approve(world: World, _: Phone) -> None:
    rows = sorted(
        (row for row in world.views.rows.rows(COUNTED) if not row["approved"]), key=lambda row: row["position"]
    )
    id = world.dice.one(world.company.known(list(dict.fromkeys(row["of_count"] for row in rows))))

    def change(work: Work) -> Iterable[Entity]:
        if id is None:
            return ()
        count = work.get(StockCount, id)
        count.submit()
        count.approve(by=world.company.keeper)
        return (count,)

    office(world, change)


@step("correct a customer", 2)
def change_customer(world: World, _: Phone) -> None:
    id, number = world.dice.choice(world.company.customers), world.dice.randrange(9)

    def change(work: Work) -> Iterable[Entity]:
        customer = work.get(Customer, id)
        customer.change(phones=(f"030 {number}",))
        return (customer,)

    office(world, change)


@step("forget a customer", 0.4)
def forget(world: World, _: Phone) -> None:
    id = world.dice.choice(world.company.customers)

    def change(work: Work) -> Iterable[Entity]:
        customer = work.get(Customer, id)
        customer.erase()
        return (customer,)

    office(world, change)
