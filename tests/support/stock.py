"""A warehouse, two vans and movements of parts between them, for views in memory."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from domain.stock.location import VIRTUAL, Location
from domain.stock.movement import MovementKind
from domain.stock.stock_count import StockCount
from domain.stock.stock_movement import StockMovement
from projections.stock.stock import STOCK
from tests.support.memory_events import ViewsInMemory

WAREHOUSE, VAN, OTHER_VAN, PART = (UUID(int=number) for number in (71, 72, 73, 74))
SUPPLIER, CUSTOMER, TRANSIT, UNEXPLAINED = (
    VIRTUAL[kind] for kind in ("supplier", "customer", "transit", "unexplained")
)
KEEPER, BOSS = UUID(int=81), UUID(int=82)


def places(views: ViewsInMemory) -> None:
    """Register the warehouse and the vans."""
    views.record(
        Location.register(id=WAREHOUSE, kind="warehouse", name="Main"),
        Location.register(id=VAN, kind="van", name="Van 1"),
        Location.register(id=OTHER_VAN, kind="van", name="Van 2"),
    )


def moved(kind: MovementKind, quantity: int, from_: UUID, to: UUID, **more: Any) -> StockMovement:
    """A movement of the part from one location to another."""
    fields: Any = {"id": uuid4(), "part": PART, "quantity": Decimal(quantity)} | more
    return StockMovement.record(kind=kind, from_=from_, to=to, **fields)


def bought(quantity: int, to: UUID = WAREHOUSE, **more: Any) -> StockMovement:
    """A receipt of the part from the supplier."""
    return moved("receipt", quantity, SUPPLIER, to, **more)


def used(quantity: int = 1, from_: UUID = VAN, **more: Any) -> StockMovement:
    """A consumption of the part."""
    return moved("consumption", quantity, from_, CUSTOMER, **more)


def counted(quantity: int, at: UUID = VAN, count: StockCount | None = None) -> StockCount:
    """A count with a line about the part."""
    count = count or StockCount.start(id=uuid4(), location=at)
    count.record_line(part=PART, location=at, quantity=Decimal(quantity), blind=True, counter=KEEPER)
    return count


def approved(count: StockCount) -> StockCount:
    """The count, submitted and approved by another user."""
    count.submit()
    count.approve(by=BOSS)
    return count


def on_hand(views: ViewsInMemory, location: UUID) -> Any:
    """The quantity of the part in the view."""
    return views.row(STOCK, location, PART)["on_hand"]


def total(views: ViewsInMemory) -> Decimal:
    """The sum over all places, real and virtual."""
    return sum((row["on_hand"] for row in views.all(STOCK)), Decimal(0))
