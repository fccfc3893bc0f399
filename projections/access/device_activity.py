"""The last operation received from each device."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from domain.access.device import Device
from domain.recording.recorded import Recorded
from domain.topics import EVENT_CLASSES
from projections.engine.projection import Projection, Rows, on
from projections.engine.table import Key, Table

ACTIVITY = Table(
    "device_activity",
    {
        "device": "uuid NOT NULL",
        "last_seq": "bigint NOT NULL",
        "last_operation": "uuid",
        "last_occurred_at": "timestamptz NOT NULL",
        "last_recorded_at": "timestamptz NOT NULL",
        "seen_position": "bigint",
        "position": "bigint NOT NULL",
    },
    key=("device",),
)


class DeviceActivity(Projection):
    """One row a device that has sent something: its last operation, and how far it had pulled by then.

    An operation that the office released late does not become the last one.
    """

    name: ClassVar[str] = "device_activity"
    tables: ClassVar[tuple[Table, ...]] = (ACTIVITY,)

    def touches(self, event: Recorded) -> Iterable[tuple[Table, Key]]:
        """The row of the device that sent the operation."""
        if event.envelope.device is not None:
            yield ACTIVITY, (event.envelope.device,)

    @on(*EVENT_CLASSES.values())
    def _reported(self, event: Recorded, rows: Rows) -> None:
        if event.topic == Device.Reenrolled.TOPIC and (known := rows.get(ACTIVITY, event.stream)) is not None:
            rows.put(ACTIVITY, known | {"last_seq": 0})
        envelope = event.envelope
        if envelope.device is None or envelope.device_seq is None:
            return
        row = {
            "device": envelope.device,
            "last_seq": envelope.device_seq,
            "last_operation": envelope.operation_id,
            "last_occurred_at": event.occurred_at,
            "last_recorded_at": event.recorded_at,
            "seen_position": envelope.seen_position,
            "position": event.position,
        }
        before = rows.get(ACTIVITY, envelope.device)
        if before is not None and before["last_seq"] > envelope.device_seq:
            row = before | {"last_recorded_at": event.recorded_at, "position": event.position}
        rows.put(ACTIVITY, row)
