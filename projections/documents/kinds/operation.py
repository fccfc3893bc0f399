"""The document of an operation: the late result of one that was held, quarantined or rejected."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from domain.access.device import Device
from domain.access.device_operations import Misfit
from domain.access.operation_status import recorded_status
from domain.care.contact import Contact
from domain.care.customer import Customer
from domain.care.survey import Survey
from domain.kernel.problem import TYPE
from domain.recording.recorded import Recorded
from domain.stock.stock_count import StockCount
from domain.stock.stock_movement import StockMovement
from domain.topics import events_of
from domain.work.visit import Visit
from domain.work.work_order import WorkOrder
from projections.documents.due import Due, Share
from projections.documents.entry import Body
from projections.documents.kind import Kind
from projections.documents.operation_shape import OperationDocument
from projections.documents.results import RESULTS
from projections.engine.projection import Rows
from projections.engine.table import Key, Row, Table


def body(rows: Rows, id: str) -> Body | None:
    """The current result; further misfits arrive as discrepancies."""
    result = rows.get(RESULTS, id)
    if result is None:
        return None
    changed: Body = {"status": result["status"], "notices": result["notices"], "positions": result["positions"]}
    if result["contested"]:
        changed |= {"operation": str(result["operation"]), "device": str(result["device"])}
        changed |= {"incarnation": result["incarnation"], "seq": result["seq"]}
    return changed if result["problem"] is None else changed | {"problem": result["problem"]}


def _quarantined(due: Due, event: Recorded[Device.OperationQuarantined], rows: Rows) -> None:
    _put(due, event, rows, status="quarantined", problem=_problem(event.data.reason, event.data.detail))


def _held(due: Due, event: Recorded[Device.OperationHeld], rows: Rows) -> None:
    _put(due, event, rows, status="held", problem=None)


def _rejected(due: Due, event: Recorded[Device.OperationRejected], rows: Rows) -> None:
    _put(due, event, rows, status="rejected", problem=_problem(event.data.problem, event.data.detail))


def _ended(due: Due, event: Recorded[Device.HoldEnded], rows: Rows) -> None:
    """The positions of its events are known already: they are recorded before this one."""
    status = recorded_status(with_misfits=bool(event.data.misfits))
    changed = {"status": status, "notices": [_notice(misfit) for misfit in event.data.misfits]}
    _change(due, event, rows, _result_of(event, rows), changed)


def _released(due: Due, event: Recorded[Device.OperationReleased], rows: Rows) -> None:
    changed: Body = {"status": "applied", "notices": [], "problem": None, "positions": []}
    _change(due, event, rows, _result_of(event, rows), changed)


def _discarded(due: Due, event: Recorded[Device.OperationDiscarded], rows: Rows) -> None:
    changed = {"status": "rejected", "notices": [], "problem": _problem("discarded", event.data.reason)}
    _change(due, event, rows, _result_of(event, rows), changed | {"positions": [event.position]})


def _put(due: Due, event: Recorded, rows: Rows, **fields: Any) -> None:
    """Store a result under the operation's id, or under an id of its own when that id is another operation's."""
    data, id = event.data, str(event.data.operation)
    before = rows.get(RESULTS, id)
    contested = getattr(data, "contested", False) or (before is not None and not _is_its_end(event, before))
    author = data.technician if before is None or contested else before["technician"]
    result = {
        "id": _own(event, event.version) if contested else id,
        **{name: getattr(data, name) for name in ("operation", "seq")},
        "technician": author,  # the device may belong to another technician when this is decided
        "device": event.stream,
        "incarnation": event.envelope.incarnation,
        "text_version": event.version,
        "contested": contested,
        "notices": [],
        "positions": [event.position],
    }
    rows.put(RESULTS, result | fields)
    due.mark(event, rows, [_of(result)])


def _is_its_end(event: Recorded, result: Row) -> bool:
    """Whether an operation that is quarantined or rejected is the one that was held before."""
    version, data = getattr(event.data, "text_version", None), event.data
    if version is not None:
        return (result["device"], result["text_version"]) == (event.stream, version)
    return (result["device"], result["seq"], result["status"]) == (event.stream, data.seq, "held")


def _result_of(event: Recorded, rows: Rows) -> Row | None:
    """The result that a decision is about."""
    version, id = event.data.text_version, str(event.data.operation)
    result = rows.get(RESULTS, id)
    if result is None or version is None:
        return result
    if (result["device"], result["text_version"]) == (event.stream, version):
        return result
    return rows.get(RESULTS, _own(event, version))


def _change(due: Due, event: Recorded, rows: Rows, result: Row | None, changed: dict[str, Any]) -> None:
    if result is not None:
        rows.put(RESULTS, result | changed)
        due.mark(event, rows, [_of(result)])


def _took_effect(due: Due, event: Recorded, rows: Rows) -> None:
    """Events of an operation that took effect later have the office's decision as their cause: add their positions."""
    envelope = event.envelope
    if envelope.causation_id is None or envelope.operation_id is None:
        return
    result = rows.get(RESULTS, str(envelope.operation_id))
    if result is None or _origin(result) != (envelope.device, envelope.device_seq):
        result = _released_before(event, rows)
    if result is not None:
        _change(due, event, rows, result, {"positions": [*result["positions"], event.position]})


def _released_before(event: Recorded, rows: Rows) -> Row | None:
    """The contesting operation that was just released: the decision is recorded before its effect."""
    envelope = event.envelope
    asked = {"operation": envelope.operation_id, "device": envelope.device, "seq": envelope.device_seq}
    found = [row for row in rows.where(RESULTS, **asked) if row["status"] == "applied" and row["contested"]]
    return max(found, key=lambda row: row["text_version"], default=None)


def _own(event: Recorded, version: int) -> str:
    return f"{event.data.operation}/{event.stream}/{version}"


def _origin(result: Row) -> tuple[UUID, int]:
    return result["device"], result["seq"]


def _of(result: Row) -> Share:
    return Share(result["technician"], "operation", result["id"])


def _problem(code: str, detail: str) -> dict[str, str]:
    return {"type": TYPE + code, "detail": detail}


def _notice(misfit: Misfit) -> dict[str, Any]:
    return {"code": misfit.code, "detail": misfit.detail, "refs": {ref.name: ref.id for ref in misfit.refs}}


def _touches(event: Recorded) -> Iterable[tuple[Table, Key]]:
    if event.envelope.causation_id is not None and event.envelope.operation_id is not None:
        yield RESULTS, (str(event.envelope.operation_id),)


_EFFECTS = (Contact, Customer, StockCount, StockMovement, Survey, Visit, WorkOrder)
OPERATION = Kind(
    "operation",
    OperationDocument,
    body,
    {
        Device.OperationHeld.TOPIC: _held,
        Device.HoldEnded.TOPIC: _ended,
        Device.OperationQuarantined.TOPIC: _quarantined,
        Device.OperationRejected.TOPIC: _rejected,
        Device.OperationReleased.TOPIC: _released,
        Device.OperationDiscarded.TOPIC: _discarded,
        **{topic: _took_effect for entity in _EFFECTS for topic in events_of(entity)},
    },
    _touches,
)
