"""What each event adds to a work order: facts in its lists, and the columns that follow from them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from domain.recording.recorded import Recorded
from domain.stock.stock_movement import StockMovement
from domain.work.visit import Visit
from domain.work.work_order import WorkOrder
from domain.work.work_order_walk import DECIDED, STEPS
from projections.engine.fact_lists import SHOWN, FactLists, counted, facts_table
from projections.engine.facts import as_fact
from projections.engine.ordered import Order
from projections.engine.projection import Rows
from projections.engine.table import Row, Table
from projections.stock.double_uses import note
from projections.work import work_order_uses as uses
from projections.work.work_order_returns import BROUGHT_BACK, settle, take_back

LISTS = ("steps", "parts_required", "uses", "diagnoses", "labour", "notes", "photos", "completions", "reported")
"""The columns that hold facts, each list in the order of occurrence, the newest `SHOWN` of them."""

ORDER_FACTS = facts_table("work_order_facts")
"""All facts of the lists but `uses`; each step is in `steps` and again in the list of its kind in `STEPS`."""

FACTS: Final = FactLists(ORDER_FACTS)

CORRECTED = Table(
    "work_order_corrected",
    {"work_order": "uuid NOT NULL", "operation": "uuid NOT NULL"},
    key=("work_order", "operation"),
)
"""The operations that were corrected."""

_BY_OPERATION: Final = Order(("work_order",), ("operation",))

SERIALS_SHOWN: Final = 20
"""The number of serials that a use shows, the first ones; the movement has all."""

Change = Callable[[Rows, Row, Recorded], Row | None]
"""Adds an event to the lists; returns the columns that change, None where the event does not concern the order."""


def order_of(event: Recorded) -> UUID | None:
    """The work order that an event is about."""
    if event.topic.startswith("work_order."):
        return event.stream
    order: UUID | None = getattr(event.data, "work_order", None)
    return order


def _fact(event: Recorded, *names: str) -> Row:
    return as_fact(event, **{name: getattr(event.data, name) for name in names})


def _add(rows: Rows, row: Row, name: str, fact: Row) -> Row:
    """Add a fact to a list; the row's columns after it."""
    FACTS.add(rows, row["id"], name, fact)
    return {name: FACTS.newest(rows, row["id"], name), "counts": counted(row["counts"], (name,))}


def _listed(column: str, *names: str, step: bool = False, **fixed: Any) -> Change:
    """Add these fields of an event to a list and, with `step`, to the steps."""

    def change(rows: Rows, row: Row, event: Recorded) -> Row:
        changed = _add(rows, row, column, _fact(event, *names) | fixed)
        return changed | (_step(rows, row | changed, event) if step else {})

    return change


def _step(rows: Rows, row: Row, event: Recorded) -> Row:
    return _stepped(rows, row, as_fact(event, what=event.topic))


def _stepped(rows: Rows, row: Row, step: Row) -> Row:
    FACTS.add(rows, row["id"], STEPS[step["what"]], step)
    return _add(rows, row, "steps", step)


def _decision(**names: str) -> Change:
    """A decision of the office; `names` maps the members of its fact to fields of the event.

    Decisions take effect in the order of recording, so one that was backdated is placed after the ones before it.
    """

    def change(rows: Rows, row: Row, event: Recorded) -> Row:
        fields = {name: getattr(event.data, field) for name, field in names.items()}
        before = (FACTS.last(rows, row["id"], name) for name in DECIDED)
        latest = max((step["at"] for step in before if step is not None), default="")
        step = as_fact(event, what=event.topic, **fields)
        return _stepped(rows, row, step | {"at": max(step["at"], latest), "device": None, "decision": True})

    return change


def _assigned(rows: Rows, row: Row, event: Recorded[WorkOrder.Assigned]) -> Row | None:
    # By the log, not by the instant: whose order it is decides what is recorded and must be the same here as there.
    changed = _decision(technician="technician")(rows, row, event)
    return {**(changed or {}), "technician": event.data.technician}


def _moved(rows: Rows, row: Row, event: Recorded[StockMovement.Moved]) -> Row | None:
    if event.data.kind in BROUGHT_BACK:
        return _returned(rows, row, event)
    if event.data.kind not in ("consumption", "correction"):
        return None
    use = _fact(event, "part", "quantity", "lot", "serials", "billable", "technician", "visit", "corrects")
    use |= {"movement": str(event.stream), "location": str(event.data.from_)}
    if len(use["serials"]) > SERIALS_SHOWN:
        use |= {"serials": use["serials"][:SERIALS_SHOWN], "serials_count": len(use["serials"])}
    changed = uses.take(rows, row["id"], use)
    counts = counted(row["counts"], ("uses",))
    for used, by in changed:
        counts = counted(counts, ("parts_used",), by)
        if used["device"] is not None:
            note(rows, used)
    if "returns" in counts:
        counts = counted(counts, ("parts_used",), settle(rows, row["id"], event.data.part))
    return {
        "uses": uses.newest(rows, row["id"]),
        "parts_used": uses.newest_net(rows, row["id"]),
        "counts": counts,
    }


def _returned(rows: Rows, row: Row, event: Recorded[StockMovement.Moved]) -> Row:
    fact = _fact(event, "part", "quantity", "lot", "serials") | {"movement": str(event.stream)}
    left = take_back(rows, row["id"], fact, kind=event.data.kind, reason=event.data.reason)
    counts = counted(counted(row["counts"], ("returns",)), ("parts_used",), left)
    return {"parts_used": uses.newest_net(rows, row["id"]), "counts": counts}


def _corrected(rows: Rows, row: Row, event: Recorded[WorkOrder.FactCorrected | Visit.FactCorrected]) -> Row:
    order, operation = row["id"], event.data.operation
    counts, minutes = row["counts"], row["labour_minutes"]
    changed: Row = {}
    for gone in FACTS.remove(rows, order, operation):
        if gone["list"] in LISTS:
            counts = counted(counts, (gone["list"],), -1)
            changed[gone["list"]] = FACTS.newest(rows, order, gone["list"])
        if gone["list"] == "labour":
            minutes -= gone["fact"]["minutes"]
    if rows.get(CORRECTED, order, operation) is None:
        rows.put(CORRECTED, {"work_order": order, "operation": operation})
        counts = counted(counts, ("taken_back",))
    known = rows.span(CORRECTED, _BY_OPERATION, (order,), limit=SHOWN)
    taken_back = [str(each["operation"]) for each in known]
    return changed | {"taken_back": taken_back, "counts": counts, "labour_minutes": minutes}


def _labour(rows: Rows, row: Row, event: Recorded[WorkOrder.LabourRecorded]) -> Row:
    changed = _listed("labour", "minutes", "kind", "technician", step=True)(rows, row, event)
    return {**(changed or {}), "labour_minutes": row["labour_minutes"] + event.data.minutes}


_OUTCOME = ("technician", "fixed", "remedy")
_FAILURE = ("technician", "reason", "note")

CHANGES: dict[str, Change] = {
    WorkOrder.Assigned.TOPIC: _assigned,
    WorkOrder.PartRequired.TOPIC: _listed("parts_required", "part", "quantity", "why"),
    WorkOrder.Diagnosed.TOPIC: _listed("diagnoses", "problem", "cause", "remedy", "note", step=True),
    WorkOrder.Held.TOPIC: _decision(reason="reason", note="note"),
    WorkOrder.Resumed.TOPIC: _decision(),
    WorkOrder.LabourRecorded.TOPIC: _labour,
    WorkOrder.NoteAdded.TOPIC: _listed("notes", "text"),
    WorkOrder.PhotoAttached.TOPIC: _listed("photos", "sha256", "size", "media_type"),
    WorkOrder.Completed.TOPIC: _listed("completions", *_OUTCOME, step=True, outcome="completed"),
    WorkOrder.CannotComplete.TOPIC: _listed("completions", *_FAILURE, step=True, outcome="cannot_complete"),
    WorkOrder.CompletionReported.TOPIC: _listed("reported", *_OUTCOME, outcome="completed"),
    WorkOrder.CannotCompleteReported.TOPIC: _listed("reported", *_FAILURE, outcome="cannot_complete"),
    WorkOrder.Reopened.TOPIC: _decision(note="reason"),
    WorkOrder.Closed.TOPIC: _decision(),
    WorkOrder.Cancelled.TOPIC: _decision(note="reason"),
    WorkOrder.FactCorrected.TOPIC: _corrected,
    Visit.TravelStarted.TOPIC: _step,
    Visit.Arrived.TOPIC: _step,
    Visit.FactCorrected.TOPIC: _corrected,
    StockMovement.Moved.TOPIC: _moved,
}
"""What each event changes."""
