"""The shapes of the data of operations on visits and work orders."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec

from domain.access.device_limits import MOST_BLOB_BYTES
from domain.work.visit_events import NotDoneReason
from domain.work.work_order_events import Fixed, LabourKind
from sync.operations.shapes import Code, Data, OfOrder, Words

Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
Minutes = Annotated[int, msgspec.Meta(ge=0, le=100_000)]
Size = Annotated[int, msgspec.Meta(ge=0, le=MOST_BLOB_BYTES)]


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
