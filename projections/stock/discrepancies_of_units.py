"""Discrepancies of units: which ones an event may open, change or close, and their findings."""

from __future__ import annotations

from collections.abc import Iterator

from domain.kernel.instant import format_instant
from domain.kernel.quantity import format_quantity
from domain.recording.recorded import Recorded
from domain.stock.discrepancy_kinds import RULES
from domain.stock.part import Part
from domain.stock.stock_movement import StockMovement
from projections.engine.projection import Rows
from projections.engine.table import Row
from projections.stock import discrepancy_causes as causes
from projections.stock.below_zero import MOST_EVENTS, MOST_LINES, below_zero
from projections.stock.discrepancy_row import Found, Subject
from projections.stock.locations import must_not_be_negative
from projections.stock.lots import BY_INSTANT, LOT_LINES, LOTS, lot_of
from projections.stock.parts import PARTS
from projections.stock.stock_lines import counted_id
from projections.stock.units import UNIT_FACTS, fact_of


def of_units(event: Recorded, rows: Rows) -> Iterator[Subject]:
    """The subjects of units of a part that may not fit now, or did not before this event."""
    for row in _facts(event, rows):
        for kind in row["misfits"]:
            yield Subject(kind, (row["location"], row["part"]))


def of_lots(event: Recorded, rows: Rows) -> Iterator[Subject]:
    """Each lot whose sum at a place is below zero now, or was before this event."""
    if event.topic in (Part.Registered.TOPIC, Part.Revised.TOPIC):
        for row in rows.where(LOTS, part=event.stream):
            if row["on_hand"] < 0:
                yield Subject("lot_short", (row["location"], row["part"]), lot=row["lot"])
        return
    data, lot = event.data, lot_of(event)
    if lot is None or not _by_lot(rows, data.part):
        return
    for location, quantity in ((data.from_, -data.quantity), (data.to, data.quantity)):
        found = rows.get(LOTS, location, data.part, lot)
        if found is not None and min(found["on_hand"], found["on_hand"] - quantity) < 0:
            yield Subject("lot_short", (location, data.part), lot=lot)


def look_at_units(subject: Subject, event: Recorded, rows: Rows) -> Found:
    """The facts in effect that do not fit in this way at this place."""
    for row in _facts(event, rows):
        if subject.kind in row["misfits"] and subject.refs == (row["location"], row["part"]):
            if row["stands"]:
                causes.add_fact(rows, subject.id, row["fact"])
            else:
                causes.remove(rows, subject.id, stream=row["id"])
    found = causes.first(rows, subject.id, MOST_EVENTS)
    return Found(found, found[0]["at"], RULES[subject.kind].text) if found else Found([])


def look_at_lot(subject: Subject, event: Recorded, rows: Rows) -> Found:
    """The movements that took more of a lot than there was, since its sum last fell below zero."""
    location, part = subject.refs
    row = rows.get(LOTS, location, part, subject.lot)
    if row is None or row["on_hand"] >= 0 or not _by_lot(rows, part) or not must_not_be_negative(rows, location):
        return Found([])
    lines = rows.span(LOT_LINES, BY_INSTANT, (location, part, subject.lot), limit=MOST_LINES, last=True)[::-1]
    since = below_zero(row["on_hand"], lines)
    detail = RULES[subject.kind].text.format(on_hand=format_quantity(row["on_hand"]), lot=subject.lot)
    first = since.first["occurred_at"] if since.first else event.occurred_at
    return Found(since.causes, format_instant(first), detail)


def _facts(event: Recorded, rows: Rows) -> list[Row]:
    if event.topic == Part.Registered.TOPIC:
        return rows.where(UNIT_FACTS, part=event.stream, judged_in=event.position)
    row = fact_of(rows, event.stream if event.topic == StockMovement.Moved.TOPIC else counted_id(event))
    return [] if row is None else [row]


def _by_lot(rows: Rows, part: object) -> bool:
    row = rows.get(PARTS, part)
    return row is not None and row["tracking"] == "lot"
