"""The document of an operation: what became of one that was put aside or refused, when the answer comes late."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from domain.contact import Contact
from domain.customer import Customer
from domain.device_operations import Misfit
from domain.problem import TYPE
from domain.stock_count import StockCount
from domain.stock_movement import StockMovement
from domain.survey import Survey
from domain.topics import events_of
from domain.visit import Visit
from domain.work_order import WorkOrder
from projections.documents.due import Due, Share
from projections.documents.entry import Body
from projections.documents.kind import Kind
from projections.projection import Rows
from projections.table import Key, Table
from store.recorded import Recorded

RESULTS = Table(
    "device_results",
    {
        "operation": "uuid NOT NULL",
        "technician": "uuid NOT NULL",
        "status": "text NOT NULL",
        "notices": "json NOT NULL",
        "problem": "json",
        "positions": "json NOT NULL",
    },
    key=("operation",),
)
"""As the protocol tells results. One that was released is `applied`, one that was discarded is `rejected`."""


def body(rows: Rows, id: str) -> Body | None:
    """The result as it stands; what else does not fit arrives as a discrepancy."""
    result = rows.get(RESULTS, UUID(id))
    if result is None:
        return None
    told = {"status": result["status"], "notices": result["notices"], "positions": result["positions"]}
    return told if result["problem"] is None else told | {"problem": result["problem"]}


def _quarantined(due: Due, event: Recorded, rows: Rows) -> None:
    _put(due, event, rows, status="quarantined", problem=_problem(event.data.reason, event.data.detail))


def _held(due: Due, event: Recorded, rows: Rows) -> None:
    _put(due, event, rows, status="held", problem=None)


def _ended(due: Due, event: Recorded, rows: Rows) -> None:
    """What it has recorded is named already: that came before."""
    result = rows.get(RESULTS, event.data.operation)
    if result is not None:
        status = "conflicted" if event.data.misfits else "applied"
        result = result | {"status": status, "notices": [_notice(misfit) for misfit in event.data.misfits]}
        rows.put(RESULTS, result)
        due.mark(event, rows, [_of(result)])


def _rejected(due: Due, event: Recorded, rows: Rows) -> None:
    _put(due, event, rows, status="rejected", problem=_problem(event.data.problem, event.data.detail))


def _released(due: Due, event: Recorded, rows: Rows) -> None:
    _put(due, event, rows, status="applied", problem=None, positions=[])


def _discarded(due: Due, event: Recorded, rows: Rows) -> None:
    _put(due, event, rows, status="rejected", problem=_problem("discarded", event.data.reason))


def _put(due: Due, event: Recorded, rows: Rows, **said: Any) -> None:
    data = event.data
    result = {"operation": data.operation, "technician": data.technician, "notices": []}
    result |= {"positions": [event.position]} | said
    rows.put(RESULTS, result)
    due.mark(event, rows, [_of(result)])


def _took_effect(due: Due, event: Recorded, rows: Rows) -> None:
    """What an operation that had been put aside has recorded after all names the office's decision as its cause."""
    envelope = event.envelope
    if envelope.causation_id is None or envelope.operation_id is None:
        return
    result = rows.get(RESULTS, envelope.operation_id)
    if result is not None:
        result = result | {"positions": [*result["positions"], event.position]}
        rows.put(RESULTS, result)
        due.mark(event, rows, [_of(result)])


def _of(result: dict[str, Any]) -> Share:
    return Share(result["technician"], "operation", str(result["operation"]))


def _problem(code: str, detail: str) -> dict[str, str]:
    return {"type": TYPE + code, "detail": detail}


def _notice(misfit: Misfit) -> dict[str, Any]:
    return {"code": misfit.code, "detail": misfit.detail, "refs": {ref.name: ref.id for ref in misfit.refs}}


def _touches(event: Recorded) -> Iterable[tuple[Table, Key]]:
    if event.envelope.causation_id is not None and event.envelope.operation_id is not None:
        yield RESULTS, (event.envelope.operation_id,)


_EFFECTS = (Contact, Customer, StockCount, StockMovement, Survey, Visit, WorkOrder)
OPERATION = Kind(
    "operation",
    body,
    {
        "device.operation_held": _held,
        "device.hold_ended": _ended,
        "device.operation_quarantined": _quarantined,
        "device.operation_rejected": _rejected,
        "device.operation_released": _released,
        "device.operation_discarded": _discarded,
        **{topic: _took_effect for entity in _EFFECTS for topic in events_of(entity)},
    },
    _touches,
)
