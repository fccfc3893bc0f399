"""The shapes of the data of operations on parts."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec

from sync.operations.shapes import Code, Data, Words

Quantity = Annotated[str, msgspec.Meta(min_length=1, max_length=24)]
Serials = Annotated[tuple[Code, ...], msgspec.Meta(max_length=1000)]


class PartMoved(Data, kw_only=True):
    """A part that left or reached a location; `quantity` is in the part's unit, whatever `unit` is."""

    location: UUID
    part: UUID
    quantity: Quantity
    serials: Serials = ()
    lot: Code | None = None
    unit: Code | None = None


class PartUsed(PartMoved, kw_only=True):
    """A part built in."""

    work_order: UUID
    visit: UUID | None = None
    billable: bool | None = None


class PartTaken(PartMoved, kw_only=True):
    """A part taken out or scrapped."""

    reason: Words
    work_order: UUID | None = None


class PartTransferred(PartMoved, kw_only=True):
    """A part sent to or received from another location."""

    counterparty: UUID
    transfer: UUID | None = None


class StockCounted(Data, kw_only=True):
    """A line of a count: the quantity on the shelf."""

    location: UUID
    part: UUID
    quantity: Quantity
    count: UUID | None = None
    unit: Code | None = None
