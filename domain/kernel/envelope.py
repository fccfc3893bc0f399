"""The envelope: what every event says beside its own data."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec

CLOCK_TOLERANCE = timedelta(minutes=2)
"""How far an instant may lie after its recording before it is clamped and flagged `clock_suspect`."""


class ExternalRef(msgspec.Struct, frozen=True):
    """What another system calls something: the system's name, and the id or number that the thing has there."""

    system: str
    id: str


class Envelope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who did it, when, where and knowing what. Instants are aware and UTC, `zone` is the IANA zone of the place.

    `claimed_at` is the time of a device's clock where that differs from the corrected `occurred_at`; `signature` is the
    device's, of the operation that caused this event; `clock` says why the claim was not used: it was "ahead" of its
    arrival, which is used instead, or "behind" what must have happened before it, and the instant is estimated;
    `correlation_id` is the case; `causation_id` the operation or event that led here; `seen_position` how far the
    author had read when acting. `device`, `incarnation` and `device_seq` are absent for the office.

    `imported_by` is the user who brought along what the `actor` did elsewhere, `external_ref` what another system calls
    the thing that begins.
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
