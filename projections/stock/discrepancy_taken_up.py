"""The subject of a decision about a discrepancy that is no longer found."""

from __future__ import annotations

from domain.recording.recorded import Recorded
from domain.stock.discrepancy_kinds import OF_SERIALS
from projections.engine.projection import Rows
from projections.stock.discrepancy_row import Subject
from projections.stock.lots import LOTS
from projections.stock.serials import SERIALS


def taken_up(event: Recorded, rows: Rows) -> Subject:
    """The subject of a decision whose row is gone; the serial or lot is found by comparing ids."""
    subject = Subject(event.data.kind, getattr(event.data, "refs", ()))
    if subject.kind == "lot_short":
        return next((subject._replace(lot=row["lot"]) for row in rows.where(LOTS, short_id=event.stream)), subject)
    if subject.kind in OF_SERIALS:
        column = "elsewhere_id" if subject.kind == "serial_elsewhere" else "unknown_id"
        for row in rows.where(SERIALS, **{column: event.stream}):
            if subject.refs == (row["part"],):
                return subject._replace(serial=row["serial"])
    return subject
