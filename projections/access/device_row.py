"""A device's row, and what it is shown with."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict
from uuid import UUID

from projections.engine.shapes import Id
from projections.engine.table import Table


class DeviceRow(TypedDict):
    """A device."""

    id: UUID
    technician: UUID
    name: str | None
    install_id: str
    incarnation: int
    platform: str
    app_version: str
    status: str
    reason: str | None
    wipe: bool
    wiped_at: datetime | None
    offset_ms: int
    quarantined: list[Id]
    quarantined_count: int
    divergences: int
    enrolled_at: datetime
    position: int
    version: int


DEVICES = Table.of(
    "devices",
    DeviceRow,
    key=("id",),
    indexes=(("technician", "id"),),
)


class ListedDevice(DeviceRow):
    """A device with its last activity, which is null before it has sent anything."""

    last_seq: int | None
    last_operation: UUID | None
    last_occurred_at: datetime | None
    last_recorded_at: datetime | None
    seen_position: int | None
