"""The operation that counts parts at a location."""

from __future__ import annotations

from domain.kernel.aggregate import Entity
from domain.kernel.quantity import parse_quantity
from domain.stock.stock_count import StockCount
from sync.notices import Notice, mismatch
from sync.operations.handler import Handler, fact
from sync.operations.stock.shapes import StockCounted
from sync.outcome import Context, Outcome


@fact("stock_counted", StockCounted)
def counted(context: Context, data: StockCounted) -> Outcome:
    """The quantity on the shelf; the first line of an unknown count starts it.

    A line that names the count of another place is kept as a count of its own and does not change that one.
    """
    count, notices = _count_for(context, data)
    seen = {"part": data.part, "location": data.location, "counter": context.technician}
    quantity = parse_quantity(data.quantity, pointer="/data/quantity", positive=False)
    count.record_line(quantity=quantity, blind=False, unit=data.unit, **seen)
    return Outcome((count,), (*context.van_misfits(data.location), *notices))


def _count_for(context: Context, data: StockCounted) -> tuple[StockCount, tuple[Notice, ...]]:
    """The count that a line belongs to, and a notice when it is not the one that the line names."""
    own = context.derived_id("count")
    known = context.work.find(Entity, data.count)
    if known is None:
        return StockCount.start(id=data.count or own, location=data.location), ()
    if isinstance(known, StockCount) and known.location == data.location:
        return known, ()
    return StockCount.start(id=own, location=data.location), (mismatch("count", known.id),)


HANDLERS: tuple[Handler, ...] = (counted,)
