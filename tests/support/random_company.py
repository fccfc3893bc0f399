"""A company with random events, reproducible by seed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from domain.access.device import Device
from domain.care.customer import Customer
from domain.kernel.problem import Problem
from domain.stock.location import VIRTUAL, Location
from domain.stock.part import Part, PartName
from domain.stock.stock_count import StockCount
from domain.stock.stock_movement import StockMovement
from domain.work.equipment import Equipment
from domain.work.technician import Technician
from domain.work.visit import Visit
from domain.work.work_order import WorkOrder
from tests.support.logs import NOON
from tests.support.memory_events import ViewsInMemory


class RandomCompany:
    """Three technicians, two vans, two customers with a machine each; work orders are opened, reassigned and ended."""

    def __init__(self, views: ViewsInMemory, seed: int) -> None:
        self.views, self._dice, self._seq = views, Random(seed), 0
        self.technicians = [
            Technician.register(id=self._id(), name=name, zone="UTC", language="de") for name in ("Anna", "Ben", "Cem")
        ]
        self.vans = [Location.register(id=self._id(), kind="van", name=f"Van {number}") for number in (1, 2)]
        self.store = Location.register(id=self._id(), kind="warehouse", name="Store")
        self.customers = [Customer.register(id=self._id(), name=name) for name in ("Ada", "Grace")]
        self.machines = [Equipment.register(id=self._id(), model="B", customer=each.id) for each in self.customers]
        self.parts = [
            Part.register(id=self._id(), number=number, names=(PartName("en", "Pump"),), unit="piece")
            for number in ("P-1", "P-2", "P-3")
        ]
        self.devices = [
            Device.enrol(id=self._id(), technician=each.id, install_id="i", name="p", platform="t", app_version="1")
            for each in self.technicians
        ]
        self.orders: list[WorkOrder] = []
        self.visits: list[Visit] = []
        self.movements: list[StockMovement] = []
        views.record(*self.technicians, *self.vans, self.store, *self.customers, *self.machines, *self.devices)
        for customer in self.customers:
            customer.add_site(site=customer.id, zone="UTC", address="Lane 1")
        views.record(*self.parts[:2], *self.customers)

    def run_steps(self, steps: int) -> None:
        """Take so many random steps; what is refused is skipped."""
        things = [getattr(self, name) for name in dir(type(self)) if name.startswith("do_")]
        for _ in range(steps):
            try:
                self._dice.choice(things)()
            except (Problem, IndexError):
                continue

    def do_open(self) -> None:
        number = self._dice.randrange(2)
        customer, machine = self.customers[number].id, self._one([None, self.machines[number].id])
        fields: Any = {"customer": customer, "site": customer, "equipment": machine, "problem": "drips"}
        order = WorkOrder.open(id=self._id(), number="W", **fields)
        order.assign(self._one(self.technicians).id)
        self.orders.append(order)
        self._record(order)

    def do_plan(self) -> None:
        order, technician = self._one(self.orders), self._one([*self.technicians, None])
        visit = Visit.plan(
            id=self._id(),
            work_order=order.id,
            customer=order.customer,
            technician=technician and technician.id,
            window_start=NOON,
            window_end=NOON + timedelta(hours=1),
            zone="UTC",
        )
        self.visits.append(visit)
        self._record(visit)

    def do_decide(self) -> None:
        order = self._one(self.orders)
        who = self._one(self.technicians).id
        decisions: dict[str, Callable[[], None]] = {
            "assign": lambda: order.assign(who),
            "complete": lambda: order.complete(fixed="yes"),
            "reopen": lambda: order.reopen("again"),
            "close": order.close,
            "cancel": lambda: order.cancel("no"),
        }
        decisions[self._dice.choice(sorted(decisions))]()
        self._record(order)

    def do_dispatch(self) -> None:
        visit, who = self._one(self.visits), self._one(self.technicians).id
        what = self._dice.randrange(3)
        if what == 0:
            visit.dispatch(who)
        elif what == 1:
            visit.decline(technician=who)
        else:
            visit.cancel("no")
        self._record(visit)

    def do_work(self) -> None:
        order, device = self._one(self.orders), self._one(self.devices)
        facts: dict[str, Callable[[], None]] = {
            "note": lambda: order.record_note("hums"),
            "diagnosis": lambda: order.record_diagnosis(problem="p", cause="c", remedy="r"),
            "completion": lambda: order.record_completion(technician=device.technician, fixed="yes"),
            "correction": lambda: order.record_correction(operation=self._operation(self._seq)),
        }
        facts[self._dice.choice(sorted(facts))]()
        self._record(order, device)

    def do_visit(self) -> None:
        visit, device = self._one(self.visits), self._one(self.devices)
        self._dice.choice([visit.record_accepted, visit.record_arrived, visit.record_done])(device.technician)
        self._record(visit, device)

    def do_move(self) -> None:
        device, order = self._one(self.devices), self._one([*self.orders, None])
        source, target = self._dice.sample([each.id for each in (*self.vans, self.store)] + [VIRTUAL["customer"]], 2)
        movement = StockMovement.record(
            id=self._id(),
            kind="consumption",
            part=self._one(self.parts).id,
            quantity=Decimal(1),
            from_=source,
            to=target,
            work_order=order and order.id,
            technician=device.technician,
        )
        self.movements.append(movement)
        self._record(movement, device)

    def do_take_back(self) -> None:
        self._record(self.movements.pop().reverse(id=self._id(), reason="-"), self._one(self.devices))

    def do_count(self) -> None:
        van, part = self._one(self.vans), self._one(self.parts)
        count = StockCount.start(id=self._id(), location=van.id)
        count.record_line(part=part.id, location=van.id, quantity=Decimal(self._dice.randrange(4)), blind=True)
        count.submit()
        self._record(count, self._one(self.devices))
        count.approve(by=self._id())
        self._record(count)

    def do_hand_over(self) -> None:
        van = self._one(self.vans)
        van.take_custody(self._one(self.technicians).id)
        self._record(van)

    def do_change(self) -> None:
        number, word = self._dice.randrange(2), f"Word {self._dice.random()}"
        customer, machine = self.customers[number], self.machines[number]
        technician, part, year = self._one(self.technicians), self._one(self.parts), date(2026, 1, 1)
        changes: list[tuple[Any, Callable[[], None]]] = [
            (customer, lambda: customer.change(name=word)),
            (customer, lambda: customer.change_site(customer.id, access_notes=word)),
            (machine, lambda: machine.set_warranty(from_=year, until=year, terms=word)),
            (technician, lambda: technician.change(name=word)),
            (part, lambda: part.revise(names=(PartName("en", word),), tracking="none", criticality=None, gtins=())),
        ]
        entity, change = self._dice.choice(changes)
        change()
        self._record(entity)

    def do_quarantine(self) -> None:
        device, operation = self._one(self.devices), self._id()
        device.record_quarantine(operation=operation, seq=1, type="x", reason="not-understood", detail="-", body="{}")
        self._record(device)
        if self._dice.random() < 0.5:
            device.release(operation)
            self._record(device)
            order = self._one(self.orders)
            order.record_note("late")
            self.views.record(order, device=device.id, operation_id=operation, causation_id=self._id())

    def _record(self, entity: Any, device: Device | None = None) -> None:
        at = NOON + timedelta(minutes=self._dice.randrange(-60, 60))
        self._seq += 1
        envelope: dict[str, Any] = {"operation_id": self._operation(self._seq)}
        envelope |= {} if device is None else {"device": device.id, "device_seq": self._seq}
        self.views.record(entity, at=at, **envelope)

    def _operation(self, number: int) -> UUID:
        return UUID(int=10**9 + number)

    def _one(self, things: list[Any]) -> Any:
        return self._dice.choice(things)

    def _id(self) -> UUID:
        return UUID(int=self._dice.getrandbits(128), version=4)
