"""The document of an operation: what became of one that was put aside or refused, when the answer comes late."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from domain.access import device_operations
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
    """The result as it stands; what else does not fit arrives as a discrepancy."""
    result = rows.get(RESULTS, id)
    if result is None:
        return None
    told: Body = {"status": result["status"], "notices": result["notices"], "positions": result["positions"]}
    if result["contested"]:
        told |= {"operation": str(result["operation"]), "device": str(result["device"])}
        told |= {"incarnation": result["incarnation"], "seq": result["seq"]}
    return told if result["problem"] is None else told | {"problem": result["problem"]}


def _quarantined(due: Due, event: Recorded[device_operations.OperationQuarantined], rows: Rows) -> None:
    _put(due, event, rows, status="quarantined", problem=_problem(event.data.reason, event.data.detail))


def _held(due: Due, event: Recorded[device_operations.OperationHeld], rows: Rows) -> None:
    _put(due, event, rows, status="held", problem=None)


def _rejected(due: Due, event: Recorded[device_operations.OperationRejected], rows: Rows) -> None:
    _put(due, event, rows, status="rejected", problem=_problem(event.data.problem, event.data.detail))


def _ended(due: Due, event: Recorded[device_operations.HoldEnded], rows: Rows) -> None:
    """What it has recorded is named already: that came before."""
    status = recorded_status(with_misfits=bool(event.data.misfits))
    told = {"status": status, "notices": [_notice(misfit) for misfit in event.data.misfits]}
    _change(due, event, rows, _meant(event, rows), told)


def _released(due: Due, event: Recorded[device_operations.OperationReleased], rows: Rows) -> None:
    told: Body = {"status": "applied", "notices": [], "problem": None, "positions": []}
    _change(due, event, rows, _meant(event, rows), told)


def _discarded(due: Due, event: Recorded[device_operations.OperationDiscarded], rows: Rows) -> None:
    told = {"status": "rejected", "notices": [], "problem": _problem("discarded", event.data.reason)}
    _change(due, event, rows, _meant(event, rows), told | {"positions": [event.position]})


def _put(due: Due, event: Recorded, rows: Rows, **said: Any) -> None:
    """A result under the operation's id, unless that is somebody else's; then under one of its own."""
    data, id = event.data, str(event.data.operation)
    before = rows.get(RESULTS, id)
    contested = getattr(data, "contested", False) or (before is not None and not _is_its_end(event, before))
    author = data.technician if before is None or contested else before["technician"]
    result = {
        "id": _own(event, event.version) if contested else id,
        **{name: getattr(data, name) for name in ("operation", "seq")},
        "technician": author,  # the device may be another technician's by the time that this is decided
        "device": event.stream,
        "incarnation": event.envelope.incarnation,
        "text_version": event.version,
        "contested": contested,
        "notices": [],
        "positions": [event.position],
    }
    rows.put(RESULTS, result | said)
    due.mark(event, rows, [_of(result)])


def _is_its_end(event: Recorded, result: Row) -> bool:
    """Whether an operation that comes to the office, or is refused, is the one that was held before."""
    version, data = getattr(event.data, "text_version", None), event.data
    if version is not None:
        return (result["device"], result["text_version"]) == (event.stream, version)
    return (result["device"], result["seq"], result["status"]) == (event.stream, data.seq, "held")


def _meant(event: Recorded, rows: Rows) -> Row | None:
    """The result that a decision is about."""
    version, id = event.data.text_version, str(event.data.operation)
    result = rows.get(RESULTS, id)
    if result is None or version is None:
        return result
    if (result["device"], result["text_version"]) == (event.stream, version):
        return result
    return rows.get(RESULTS, _own(event, version))


def _change(due: Due, event: Recorded, rows: Rows, result: Row | None, told: dict[str, Any]) -> None:
    if result is not None:
        rows.put(RESULTS, result | told)
        due.mark(event, rows, [_of(result)])


def _took_effect(due: Due, event: Recorded, rows: Rows) -> None:
    """What an operation that had been put aside has recorded after all names the office's decision as its cause."""
    envelope = event.envelope
    if envelope.causation_id is None or envelope.operation_id is None:
        return
    result = rows.get(RESULTS, str(envelope.operation_id))
    if result is None or _origin(result) != (envelope.device, envelope.device_seq):
        result = _released_before(event, rows)
    if result is not None:
        _change(due, event, rows, result, {"positions": [*result["positions"], event.position]})


def _released_before(event: Recorded, rows: Rows) -> Row | None:
    """The one that contests an id and has just been released: the office's decision comes before its effect."""
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
