"""The company at the start of a run: technicians, vans, parts, customers, and the ids for later steps."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from domain.care.customer import Customer
from domain.kernel.aggregate import Entity
from domain.kernel.envelope import Envelope
from domain.stock.location import VIRTUAL, Location
from domain.stock.part import Part, PartName
from domain.stock.stock_movement import StockMovement
from domain.work.equipment import Equipment
from domain.work.technician import Technician
from domain.work.work_order import WorkOrder

if TYPE_CHECKING:
    from tests.simulation.world import World

CUSTOMERS, PARTS, ORDERS = 3, 3, 4


class Company:
    """The ids of everything that the office has created; a restored server may not know all of it."""

    def __init__(self, world: World, technicians: int) -> None:
        self._world = world
        uuid = world.dice.uuid
        self.dispatcher, self.keeper = uuid(), uuid()
        self.technicians = [uuid() for _ in range(technicians)]
        self.vans = [uuid() for _ in range(technicians)]
        self.store = uuid()
        self.parts = [uuid() for _ in range(PARTS)]
        self.customers = [uuid() for _ in range(CUSTOMERS)]
        self.machines = [uuid() for _ in range(CUSTOMERS)]
        self.orders: list[UUID] = []
        self.visits: list[UUID] = []
        self._found()

    def save(self, *entities: Entity, operation: UUID | None = None) -> None:
        """Commit pending events of entities as the office."""
        work = self._world.log.work()
        work.add(self.envelope(operation), *entities)
        work.commit()

    def envelope(self, operation: UUID | None = None) -> Envelope:
        """The envelope of an event of the office, now."""
        at, id = self._world.clock.now(), operation or self._world.dice.uuid()
        return Envelope(occurred_at=at, zone="Europe/Berlin", actor=self.dispatcher, role="dispatcher", operation_id=id)

    def opened(self) -> WorkOrder:
        """A new work order for one of the customers, assigned to somebody or nobody; not yet committed."""
        dice = self._world.dice
        number = dice.randrange(CUSTOMERS)
        customer = self.customers[number]
        order = WorkOrder.open(
            id=dice.uuid(),
            number=f"W-{len(self.orders) + 1:06d}",
            customer=customer,
            site=customer,
            equipment=self.machines[number] if dice.chance(0.6) else None,
            problem=words_of(customer, "says that it leaks"),
        )
        if dice.chance(0.9):
            order.assign(dice.choice(self.technicians))
        self.orders.append(order.id)
        return order

    def known(self, ids: list[UUID]) -> list[UUID]:
        """Those of these things that the log knows, and did not lose in a restore."""
        return [id for id in ids if self._world.log.streams.version(id)]

    def _found(self) -> None:
        people = [
            Technician.register(id=id, name=words_of(id, "is a technician"), zone="Europe/Berlin", language="de")
            for id in self.technicians
        ]
        vans = [Location.register(id=id, kind="van", name=f"Van {n}") for n, id in enumerate(self.vans, 1)]
        for person, van in zip(people, vans, strict=True):
            van.take_custody(person.id)
            person.assign_van(van.id)
        store = Location.register(id=self.store, kind="warehouse", name="Store")
        self.save(*people, *vans, store)
        parts = [
            Part.register(id=id, number=f"P-{n}", names=(PartName("en", "Pump"),), unit="piece", tracking=tracking)
            for n, (id, tracking) in enumerate(zip(self.parts, _TRACKING, strict=True), 1)
        ]
        customers = [
            Customer.register(id=id, name=words_of(id, "is a customer"), phones=("030 1",), language="de")
            for id in self.customers
        ]
        for customer in customers:
            customer.add_site(site=customer.id, zone="Europe/Berlin", address=words_of(customer.id, "lives here"))
        machines = [
            Equipment.register(id=id, model="Boiler", customer=customer)
            for id, customer in zip(self.machines, self.customers, strict=True)
        ]
        self.save(*parts, *customers, *machines)
        for stocked in self.vans:
            self.save(*(self._stocked(stocked, part) for part in self.parts))
        for _ in range(ORDERS):
            self.save(self.opened())
        self._world.clock.advance(timedelta(hours=1).total_seconds())

    def _stocked(self, van: UUID, part: UUID) -> StockMovement:
        serials = tuple(f"S{self._world.dice.getrandbits(24)}" for _ in range(2)) if part == self.parts[-1] else ()
        moved: dict[str, Any] = {"kind": "transfer_in", "part": part, "quantity": Decimal(2), "serials": serials}
        return StockMovement.record(id=self._world.dice.uuid(), from_=VIRTUAL["transit"], to=van, **moved)


_TRACKING: tuple[Any, ...] = ("none", "none", "serial")


def words_of(person: UUID, text: str) -> str:
    """A text that is marked as about this person, to be found wherever it occurs."""
    return f"«{person}» {text}"
