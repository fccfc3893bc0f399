"""Devices: their technician, app version, status and waiting operations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar
from uuid import UUID

from domain.access.device import Device
from domain.recording.recorded import Recorded
from domain.work.technician import Technician
from projections.access.device_row import DEVICES, ListedDevice
from projections.access.device_texts import QUARANTINED, settled, waiting
from projections.engine.projection import Projection, Rows, on
from projections.engine.reader import Reader
from projections.engine.row_change import change_row, changed_by
from projections.engine.table import Key, Row, Table


class Devices(Projection):
    """One row per device; `offset_ms` is its clock's lead.

    `quarantined` lists the ids of operations that await a decision, the newest of `quarantined_count`; an id is
    repeated for each of its texts. `reason` is why the device is suspended or revoked.
    """

    name: ClassVar[str] = "devices"
    version: ClassVar[int] = 4
    tables: ClassVar[tuple[Table, ...]] = (DEVICES, QUARANTINED)

    def touches(self, event: Recorded) -> Iterable[tuple[Table, Key]]:
        """The device itself."""
        if event.topic == Technician.Erased.TOPIC:
            return
        yield DEVICES, (event.stream,)

    @on(Device.Enrolled)
    def _enrolled(self, event: Recorded[Device.Enrolled], rows: Rows) -> None:
        row: Row = {
            "id": event.stream,
            "reason": None,
            "status": "active",
            "wipe": False,
            "wiped_at": None,
            "offset_ms": 0,
            "quarantined": [],
            "quarantined_count": 0,
            "divergences": 0,
            "enrolled_at": event.occurred_at,
        }
        rows.put(DEVICES, row | _installed(event.data) | changed_by(event))

    @on(Device.Reenrolled)
    def _reenrolled(self, event: Recorded[Device.Reenrolled], rows: Rows) -> None:
        _change(event, rows, status="active", reason=None, **_installed(event.data))

    @on(Technician.Erased)
    def _forgotten(self, event: Recorded[Technician.Erased], rows: Rows) -> None:
        for row in rows.where(DEVICES, technician=event.stream):
            rows.put(DEVICES, row | {"name": None, "position": event.position})

    @on(Device.Updated)
    def _updated(self, event: Recorded[Device.Updated], rows: Rows) -> None:
        _change(event, rows, app_version=event.data.app_version, platform=event.data.platform)

    @on(Device.Suspended)
    def _suspended(self, event: Recorded[Device.Suspended], rows: Rows) -> None:
        _change(event, rows, status="suspended", reason=event.data.reason)

    @on(Device.Resumed)
    def _resumed(self, event: Recorded[Device.Resumed], rows: Rows) -> None:
        _change(event, rows, status="active", reason=None)

    @on(Device.Revoked)
    def _revoked(self, event: Recorded[Device.Revoked], rows: Rows) -> None:
        before = rows.get(DEVICES, event.stream) or {"wipe": False}
        _change(event, rows, status="revoked", reason=event.data.reason, wipe=before["wipe"] or event.data.wipe)

    @on(Device.Wiped)
    def _wiped(self, event: Recorded[Device.Wiped], rows: Rows) -> None:
        _change(event, rows, wiped_at=event.occurred_at)

    @on(Device.ClockObserved)
    def _clock_observed(self, event: Recorded[Device.ClockObserved], rows: Rows) -> None:
        _change(event, rows, offset_ms=event.data.offset_ms)

    @on(Device.DivergenceObserved)
    def _divergence_observed(self, event: Recorded[Device.DivergenceObserved], rows: Rows) -> None:
        if (device := rows.get(DEVICES, event.stream)) is not None:
            _change(event, rows, divergences=device["divergences"] + 1)

    @on(Device.OperationQuarantined)
    def _quarantined(self, event: Recorded[Device.OperationQuarantined], rows: Rows) -> None:
        if (device := rows.get(DEVICES, event.stream)) is not None:
            gone = [] if event.data.contested else settled(event, rows)
            since = min((row["position"] for row in gone), default=event.position)
            waits = {"device": event.stream, "text_version": event.version, "operation": event.data.operation}
            rows.put(QUARANTINED, waits | {"position": since})
            _change(event, rows, **waiting(rows, device, 1 - len(gone)))

    @on(Device.OperationReleased, Device.OperationRejected, Device.OperationDiscarded)
    def _decided(
        self,
        event: Recorded[Device.OperationReleased | Device.OperationRejected | Device.OperationDiscarded],
        rows: Rows,
    ) -> None:
        if (device := rows.get(DEVICES, event.stream)) is not None:
            gone = settled(event, rows)
            _change(event, rows, **waiting(rows, device, -len(gone)))


def _installed(data: Any) -> Row:
    names = ("technician", "name", "install_id", "incarnation", "platform", "app_version")
    return {name: getattr(data, name) for name in names}


def _change(event: Recorded, rows: Rows, **fields: Any) -> None:
    change_row(rows, DEVICES, event, fields)


def device(reader: Reader, device_id: UUID) -> ListedDevice | None:
    """One device with its last activity; `last_seq` and what follows are None before it has sent anything."""
    return reader.row(ListedDevice, f"{_SELECT} WHERE d.id = %s", (device_id,))


def devices(
    reader: Reader,
    *,
    limit: int,
    after: UUID | None = None,
    technician: UUID | None = None,
    status: str | None = None,
) -> list[ListedDevice]:
    """At most `limit` devices by id, those behind `after`, each with its last activity."""
    return reader.rows(
        ListedDevice,
        f"""
        {_SELECT}
        WHERE (%(after)s IS NULL OR d.id > %(after)s)
          AND (%(technician)s IS NULL OR d.technician = %(technician)s)
          AND (%(status)s IS NULL OR d.status = %(status)s)
        ORDER BY d.id
        LIMIT %(limit)s
        """,
        {"limit": limit, "after": after, "technician": technician, "status": status},
    )


_SELECT = """
    SELECT d.*, a.last_seq, a.last_operation, a.last_occurred_at, a.last_recorded_at, a.seen_position
    FROM devices d LEFT JOIN device_activity a ON a.device = d.id
    """
