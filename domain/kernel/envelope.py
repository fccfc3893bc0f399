"""The envelope: the metadata of an event."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec

CLOCK_TOLERANCE = timedelta(minutes=2)
"""How far an instant may lie after its recording before it is clamped and flagged `clock_suspect`."""


class ExternalRef(msgspec.Struct, frozen=True):
    """The reference of another system: the system's name, and the id or number that the thing has there."""

    system: str
    id: str


class Envelope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Author, times and device of an event. Instants are aware and in UTC, `zone` is the IANA zone of the place.

    `claimed_at` is the time of a device's clock where that differs from the corrected `occurred_at`; `signature` is the
    device's, of the operation that caused this event; `clock` is why the claim was not used: "ahead" of its arrival,
    which is used instead, or "behind" what must have happened before it, so that the instant is estimated;
    `correlation_id` is the case; `causation_id` the operation or event that led here; `seen_position` the position up
    to which the author had read. `device`, `incarnation` and `device_seq` are absent for the office.

    `imported_by` is the user who imported what the `actor` did elsewhere, `external_ref` the reference of another
    system to the thing that begins.
    """

    occurred_at: datetime
    zone: str = "UTC"
    actor: UUID | None = None
    role: str | None = None
    device: UUID | None = None
    device_seq: int | None = None
    incarnation: int | None = None
    operation_id: UUID | None = None
    correlation_id: UUID | None = None
    causation_id: UUID | None = None
    seen_position: int | None = None
    imported_by: UUID | None = None
    external_ref: ExternalRef | None = None
    claimed_at: datetime | None = None
    signature: str | None = None
    clock: Literal["ahead", "behind"] | None = None
