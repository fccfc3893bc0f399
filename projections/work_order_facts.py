"""What each event adds to a work order's row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from projections.facts import decided, placed, told, without
from projections.table import Row
from store.recorded import Recorded

LISTS = ("steps", "parts_required", "uses", "diagnoses", "labour", "notes", "photos", "completions", "reported")
"""The columns that hold facts, each list in the order in which they happened."""

Change = Callable[[Row, Recorded], Row]


def order_of(event: Recorded) -> UUID | None:
    """The work order that an event is about."""
    if event.topic.startswith("work_order."):
        return event.stream
    order: UUID | None = getattr(event.data, "work_order", None)
    return order


def _said(event: Recorded, *names: str) -> Row:
    return told(event, **{name: getattr(event.data, name) for name in names})


def _listed(column: str, *names: str, step: bool = False, **fixed: Any) -> Change:
    """Add what an event says to a list and, with `step`, to what moves the status."""

    def change(row: Row, event: Recorded) -> Row:
        changed = {column: placed(row[column], _said(event, *names) | fixed)}
        return changed | (_step(row, event) if step else {})

    return change


def _step(row: Row, event: Recorded) -> Row:
    return {"steps": placed(row["steps"], told(event, what=event.topic))}


def _decision(**names: str) -> Change:
    """Something that the office decided; each name is where the field of the event goes."""

    def change(row: Row, event: Recorded) -> Row:
        said = {name: getattr(event.data, field) for name, field in names.items()}
        return {"steps": decided(row["steps"], told(event, what=event.topic, **said))}

    return change


def _assigned(row: Row, event: Recorded) -> Row:
    # By the log, not by the instant: whose order it is decides what is recorded and must be the same here as there.
    return {"technician": event.data.technician} | _decision(technician="technician")(row, event)


def _moved(row: Row, event: Recorded) -> Row:
    if event.data.kind not in ("consumption", "correction"):
        return {}
    use = _said(event, "part", "quantity", "lot", "serials", "billable", "technician", "visit", "corrects")
    use |= {"movement": str(event.stream), "location": str(event.data.from_)}
    return {"uses": placed(row["uses"], use)}


def _corrected(row: Row, event: Recorded) -> Row:
    operation = str(event.data.operation)
    changed: Row = {column: without(row[column], operation) for column in LISTS if column != "uses"}
    return changed | {"taken_back": sorted({*row["taken_back"], operation})}


_OUTCOME = ("technician", "fixed", "remedy")
_FAILURE = ("technician", "reason", "note")

CHANGES: dict[str, Change] = {
    "work_order.assigned": _assigned,
    "work_order.part_required": _listed("parts_required", "part", "quantity", "why"),
    "work_order.diagnosed": _listed("diagnoses", "problem", "cause", "remedy", "note", step=True),
    "work_order.held": _decision(reason="reason", note="note"),
    "work_order.resumed": _decision(),
    "work_order.labour_recorded": _listed("labour", "minutes", "kind", "technician", step=True),
    "work_order.note_added": _listed("notes", "text"),
    "work_order.photo_attached": _listed("photos", "sha256", "size", "media_type"),
    "work_order.completed": _listed("completions", *_OUTCOME, step=True, outcome="completed"),
    "work_order.cannot_complete": _listed("completions", *_FAILURE, step=True, outcome="cannot_complete"),
    "work_order.completion_reported": _listed("reported", *_OUTCOME, outcome="completed"),
    "work_order.cannot_complete_reported": _listed("reported", *_FAILURE, outcome="cannot_complete"),
    "work_order.reopened": _decision(note="reason"),
    "work_order.closed": _decision(),
    "work_order.cancelled": _decision(note="reason"),
    "work_order.fact_corrected": _corrected,
    "visit.travel_started": _step,
    "visit.arrived": _step,
    "visit.fact_corrected": _corrected,
    "stock.moved": _moved,
}
"""The columns that each event changes."""
