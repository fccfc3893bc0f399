"""The shapes of the data of operations on customers."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

import msgspec

from sync.operations.shapes import Data, OfOrder, Words

Field = Literal["name", "phones", "email", "language", "zone"]


class SatisfactionRecorded(OfOrder, kw_only=True):
    """The rating that the customer gives on site."""

    csat: Annotated[int, msgspec.Meta(ge=1, le=5)]
    solved: bool
    comment: Words | None = None


class CustomerSpoke(Data, kw_only=True):
    """A contact on site."""

    customer: UUID
    reason: Words
    summary: Words
    work_order: UUID | None = None


class Change(msgspec.Struct, frozen=True):
    """One field's old and new value."""

    from_: str | tuple[str, ...] | None = msgspec.field(name="from", default=None)
    to: str | tuple[str, ...] | None = None


class CustomerDetails(Data, kw_only=True):
    """Fields of a customer, each with the value it replaces."""

    customer: UUID
    changes: Annotated[dict[Field, Change], msgspec.Meta(min_length=1, max_length=20)]
