"""The set-up of a run: technicians with vans, work orders with visits, and plenty of parts."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice
from random import Random
from uuid import UUID, uuid4

from domain.care.customer import Customer
from domain.kernel.envelope import Envelope
from domain.stock.location import VIRTUAL
from domain.stock.part import Part, PartName
from domain.stock.stock_movement import StockMovement
from domain.work.visit import Visit
from domain.work.work_order import WorkOrder
from store.keyring import Keyring
from store.log import EventLog
from store.pool import ConnectionPool
from store.roles import KEYKEEPER, WRITER, database_of, roles_of
from tests.chaos.plan import CONTROLS, Plan
from tests.chaos.work import Job, Place, Shift
from tests.support.company import Company, Technician

PLENTY = 1_000_000
_AT_ONCE = 400
_MASTER_KEY = b"m" * 32  # the company's own
_Entity = Part | StockMovement | Customer | WorkOrder | Visit


def founded(company: Company, plan: Plan, dice: Random) -> list[Shift]:
    """Create the company; a shift for each device. Two in three technicians have one device, the others two."""
    people = [company.hire(f"Technician {number}") for number in range(max(2, plan.devices * 3 // 4))]
    parts = [_part(number) for number in range(2 * plan.jobs)]
    stock = [_stock(part, person) for person in people for part in parts]
    jobs: dict[str, list[Job]] = {}
    entities: list[_Entity] = [*parts, *stock]
    for person in people:
        jobs[person.id] = []
        for _ in range(plan.jobs):
            customer, order, visit = _job(person)
            entities += [customer, order, visit]
            jobs[person.id].append(Job(order.id, visit.id))
    _save(company.dsn, entities)
    shifts = []
    for number in range(plan.devices):
        me, other = people[number % len(people)], people[(number + 1) % len(people)]
        colleague = dice.choice(jobs[other.id])
        place = Place(me, jobs[me.id], colleague, [part.id for part in parts])
        shift = Shift(number, place, Random(dice.random()))
        deeds = CONTROLS[plan.control].deeds if plan.control else None
        if deeds is not None:
            shift.only(deeds)
        shifts.append(shift)
    return shifts


def _part(number: int) -> Part:
    names = (PartName("en", f"Pump, size {number}"), PartName("de", f"Pumpe, Größe {number}"))
    return Part.register(id=uuid4(), number=f"P-{number:04}", names=names, unit="piece")


def _stock(part: Part, person: Technician) -> StockMovement:
    return StockMovement.record(
        id=uuid4(),
        kind="transfer_in",
        part=part.id,
        quantity=Decimal(PLENTY),
        from_=VIRTUAL["transit"],
        to=UUID(person.van),
    )


def _job(person: Technician) -> tuple[Customer, WorkOrder, Visit]:
    customer = Customer.register(id=uuid4(), name="Kastanienbaum", phones=("030 1234",), language="de")
    order = WorkOrder.open(id=uuid4(), number=f"W-{uuid4().hex[:8]}", customer=customer.id, problem="It drips.")
    order.assign(UUID(person.id))
    start = datetime.now(UTC).replace(microsecond=0)
    visit = Visit.plan(
        id=uuid4(),
        work_order=order.id,
        customer=customer.id,
        technician=UUID(person.id),
        window_start=start,
        window_end=start + timedelta(hours=2),
        zone="Europe/Berlin",
    )
    visit.dispatch(UUID(person.id))
    return customer, order, visit


def _save(dsn: str, entities: Sequence[_Entity]) -> None:
    roles = roles_of(database_of(dsn), _MASTER_KEY)
    with (
        closing(ConnectionPool(roles.dsn(dsn, WRITER), size=2)) as pool,
        closing(ConnectionPool(roles.dsn(dsn, KEYKEEPER), size=2)) as keeper,
    ):
        log, waiting = EventLog(pool, Keyring(keeper, _MASTER_KEY)), iter(entities)
        while chunk := list(islice(waiting, _AT_ONCE)):
            work = log.work()
            work.add(Envelope(occurred_at=datetime.now(UTC), role="admin"), *chunk)
            work.commit()
