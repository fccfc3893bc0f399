"""One customer with a site and a machine, and work orders, visits and movements for them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from domain.care.customer import Customer
from domain.stock.stock_movement import StockMovement
from domain.work.equipment import Equipment
from domain.work.visit import Visit
from domain.work.work_order import WorkOrder
from tests.support.logs import NOON
from tests.support.projected_log import ProjectedLog

ANNA, BORIS, VAN, PUMP = (UUID(int=number) for number in range(1, 5))


class Office:
    """A customer with a site and a machine."""

    def __init__(self, projected: ProjectedLog) -> None:
        self.projected = projected
        self.site = UUID(int=9)
        self.customer = Customer.register(id=UUID(int=8), name="Ada", phones=("030 1",), zone="Europe/Berlin")
        self.customer.add_site(site=self.site, zone="Europe/Berlin", address="Lindenallee 7", access_notes="ring twice")
        self.machine = Equipment.register(id=UUID(int=7), model="B-200", serial="S1", customer=self.customer.id)
        projected.record(self.customer, self.machine)

    def order(self, technician: UUID | None = ANNA, **more: Any) -> WorkOrder:
        fields: dict[str, Any] = {
            "number": "W-1",
            "customer": self.customer.id,
            "problem": "It drips",
            "site": self.site,
        }
        order = WorkOrder.open(id=uuid4(), **(fields | more))
        if technician is not None:
            order.assign(technician)
        self.projected.record(order)
        return order

    def visit(self, order: WorkOrder, technician: UUID | None = ANNA) -> Visit:
        visit = Visit.plan(
            id=uuid4(),
            work_order=order.id,
            customer=self.customer.id,
            technician=technician,
            window_start=NOON,
            window_end=NOON + timedelta(hours=2),
            zone="Europe/Berlin",
        )
        self.projected.record(visit)
        return visit

    def used(self, order: WorkOrder, quantity: str = "1") -> StockMovement:
        return StockMovement.record(
            id=uuid4(),
            kind="consumption",
            part=PUMP,
            quantity=Decimal(quantity),
            from_=VAN,
            to=self.machine.id,
            work_order=order.id,
            technician=ANNA,
        )
