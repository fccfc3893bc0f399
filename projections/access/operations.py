"""Operations that concern the office: held, quarantined or rejected, and how each was decided."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar, TypedDict
from uuid import UUID

from domain.access.device import Device
from domain.access.operation_status import UNDECIDED, recorded_status
from domain.recording.recorded import Recorded
from projections.engine.projection import Projection, Rows, on
from projections.engine.shapes import Id
from projections.engine.table import Key, Row, Table


class OperationRow(TypedDict):
    """An operation that was held, quarantined or rejected."""

    operation: UUID
    device: UUID
    incarnation: int | None
    seq: int
    text_version: int
    text_position: int
    contested: bool
    technician: UUID
    status: str
    type: str
    reason: str
    detail: str
    refs: list[Id]
    needs: list[Id]
    of_group: str | None
    occurred_at: datetime
    recorded_at: datetime
    decided_at: datetime | None
    decided_by: UUID | None
    decision: str | None
    position: int


OPERATIONS = Table.of(
    "operations",
    OperationRow,
    key=("device", "text_version"),
    indexes=(
        ("text_position",),
        ("operation", "text_position"),
        ("device", "operation"),
        ("device", "of_group"),
        ("status", "text_position"),
        ("status", "recorded_at"),
        ("position",),
    ),
)

NEEDS = Table(
    "operation_needs",
    {"device": "uuid NOT NULL", "text_version": "bigint NOT NULL", "need": "uuid NOT NULL"},
    key=("need", "device", "text_version"),
)
"""The needs of operations that are held now."""


class Operations(Projection):
    """One row per operation that was held, quarantined or rejected; an id used for two contents has two rows.

    `status` is held, quarantined, released, discarded or rejected, or, after holding, applied or conflicted. `reason`
    is the code of the problem, `decision` the reason for discarding it, `needs` the operations that a held one waits
    for. `text_version` and `text_position` are those of the event that holds its text, in the device's stream; for a
    rejected operation, of the rejection. The text itself is only in the log, sealed, so that it can be erased there.
    """

    name: ClassVar[str] = "operations"
    version: ClassVar[int] = 2
    tables: ClassVar[tuple[Table, ...]] = (OPERATIONS, NEEDS)

    def touches(self, event: Recorded) -> Iterable[tuple[Table, Key]]:
        """The operation, where the event names one of those with its id."""
        if (version := getattr(event.data, "text_version", None)) is not None:
            yield OPERATIONS, (event.stream, version)

    @on(Device.OperationQuarantined)
    def _quarantined(self, event: Recorded[Device.OperationQuarantined], rows: Rows) -> None:
        if not event.data.contested:
            self._replace(event, rows)
        fields = {"status": "quarantined", "reason": event.data.reason, "contested": event.data.contested}
        rows.put(OPERATIONS, _row(event, fields))

    @on(Device.OperationHeld)
    def _held(self, event: Recorded[Device.OperationHeld], rows: Rows) -> None:
        detail = "It waits for other operations that it needs."
        fields = {"status": "held", "reason": "held", "detail": detail, "of_group": event.data.group}
        row = _row(event, fields | {"needs": [str(need) for need in event.data.needs]})
        rows.put(OPERATIONS, row)
        for need in _needs(row):
            rows.put(NEEDS, need)

    @on(Device.HoldEnded)
    def _ended(self, event: Recorded[Device.HoldEnded], rows: Rows) -> None:
        self._decide(event, rows, status=recorded_status(with_misfits=bool(event.data.misfits)))

    @on(Device.OperationRejected)
    def _rejected(self, event: Recorded[Device.OperationRejected], rows: Rows) -> None:
        self._replace(event, rows)
        rows.put(OPERATIONS, _row(event, {"status": "rejected", "reason": event.data.problem}))

    @on(Device.OperationReleased)
    def _released(self, event: Recorded[Device.OperationReleased], rows: Rows) -> None:
        self._decide(event, rows, status="released")

    @on(Device.OperationDiscarded)
    def _discarded(self, event: Recorded[Device.OperationDiscarded], rows: Rows) -> None:
        self._decide(event, rows, status="discarded", decision=event.data.reason)

    def _replace(self, event: Recorded, rows: Rows) -> None:
        """Remove the waiting rows of an operation that is now quarantined or rejected."""
        for row in _rows_of(event, rows):
            if row["seq"] == event.data.seq:
                self._wait_no_more(row, rows)
                rows.delete(OPERATIONS, *OPERATIONS.key_of(row))

    def _decide(self, event: Recorded, rows: Rows, **fields: Any) -> None:
        for row in _rows_of(event, rows):
            self._wait_no_more(row, rows)
            decided = {"decided_at": event.occurred_at, "decided_by": event.envelope.actor}
            rows.put(OPERATIONS, row | decided | fields | {"position": event.position})

    @staticmethod
    def _wait_no_more(row: Row, rows: Rows) -> None:
        keys = [NEEDS.key_of(need) for need in _needs(row)]
        rows.preload((NEEDS, key) for key in keys)
        for key in keys:
            rows.delete(NEEDS, *key)


def _rows_of(event: Recorded, rows: Rows) -> list[Row]:
    """The undecided rows that an event concerns: the one it names, or all of the device with the operation id."""
    version = event.data.text_version
    if version is not None:
        row = rows.get(OPERATIONS, event.stream, version)
        found = [] if row is None else [row]
    else:
        found = rows.where(OPERATIONS, device=event.stream, operation=event.data.operation)
    return [row for row in found if row["status"] in UNDECIDED]


def _needs(row: Row) -> list[Row]:
    """The keys of the needs of an operation."""
    if row["status"] != "held":
        return []
    waiting = {"device": row["device"], "text_version": row["text_version"]}
    return [waiting | {"need": UUID(need)} for need in dict.fromkeys(row["needs"])]


def _row(event: Recorded, fields: dict[str, Any]) -> Row:
    data = event.data
    row: Row = {
        **{name: getattr(data, name) for name in ("operation", "seq", "technician", "type")},
        "detail": getattr(data, "detail", ""),
        "contested": False,
        "needs": [],
        "of_group": None,
        "device": event.stream,
        "incarnation": event.envelope.incarnation,
        "text_version": event.version,
        "text_position": event.position,
        "refs": [str(ref) for ref in data.refs],
        "occurred_at": event.occurred_at,
        "recorded_at": event.recorded_at,
        "decided_at": None,
        "decided_by": None,
        "decision": None,
        "position": event.position,
    }
    return row | fields
