"""The shapes of operations' data; unknown members are ignored, missing or wrong ones quarantine the operation."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

import msgspec

from domain.access.device_limits import MOST_BLOB_BYTES
from domain.work.visit_events import NotDoneReason
from domain.work.work_order_events import Fixed, LabourKind

Words = Annotated[str, msgspec.Meta(max_length=8000)]
Code = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Quantity = Annotated[str, msgspec.Meta(min_length=1, max_length=24)]
Serials = Annotated[tuple[Code, ...], msgspec.Meta(max_length=1000)]
Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
Minutes = Annotated[int, msgspec.Meta(ge=0, le=100_000)]
Field = Literal["name", "phones", "email", "language", "zone"]
Size = Annotated[int, msgspec.Meta(ge=0, le=MOST_BLOB_BYTES)]


class Data(msgspec.Struct, kw_only=True):
    """The base of all shapes."""


class OfVisit(Data, kw_only=True):
    """A step of a visit."""

    visit: UUID


class VisitNotDone(OfVisit, kw_only=True):
    """`reason` is a code of the protocol, free text is in `note`. In version 1 `reason` was one or the other."""

    reason: NotDoneReason
    note: Words | None = None


class VisitDeclined(OfVisit, kw_only=True):
    """Why the technician asks not to go."""

    reason: Words | None = None


class Signed(OfVisit, kw_only=True):
    """A signature by the hash of its picture."""

    sha256: Sha256
    size: Size
    media_type: Code
    signer: Words | None = None


class OfOrder(Data, kw_only=True):
    """Something about a work order."""

    work_order: UUID


class Diagnosed(OfOrder, kw_only=True):
    """Codes for what was found, and a note."""

    problem: Code
    cause: Code
    remedy: Code
    note: Words | None = None


class LabourRecorded(OfOrder, kw_only=True):
    """Whole minutes."""

    minutes: Minutes
    kind: LabourKind


class NoteAdded(OfOrder, kw_only=True):
    """Free text."""

    text: Words


class PhotoTaken(OfOrder, kw_only=True):
    """A picture by the hash of its bytes."""

    sha256: Sha256
    size: Size
    media_type: Code


class WorkCompleted(OfOrder, kw_only=True):
    """The work is done."""

    fixed: Fixed
    remedy: Code | None = None


class CannotComplete(OfOrder, kw_only=True):
    """The work cannot be done."""

    reason: Words


class VisitRequested(OfOrder, kw_only=True):
    """Another visit is needed, at instants or at clock times of the site."""

    window_start: str | None = None
    window_end: str | None = None
    local_start: Annotated[str, msgspec.Meta(max_length=19)] | None = None
    local_end: Annotated[str, msgspec.Meta(max_length=19)] | None = None
    reason: Words | None = None


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


class FactCorrected(Data, kw_only=True):
    """An own earlier operation that is corrected."""

    operation: UUID
    reason: Words | None = None
