"""The documents of code lists: the codes that technicians choose from, the same for everybody."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict, get_args

from domain.recording.recorded import Recorded
from domain.stock.movement_reasons import REMOVAL_REASONS, SCRAP_REASONS
from domain.work.diagnosis_codes import CAUSES, PROBLEMS, REMEDIES
from domain.work.technician import Technician
from domain.work.visit_events import NotDoneReason
from domain.work.work_order_events import Fixed, HoldReason, LabourKind
from domain.work.work_order_status import FAILURES
from projections.documents.due import Due, Share
from projections.documents.entry import Body
from projections.documents.kind import Kind
from projections.documents.table import DOCUMENTS, SHARED
from projections.engine.projection import Rows
from projections.engine.table import Key, Table

LISTS: dict[str, tuple[str, ...]] = {
    "problem": PROBLEMS,
    "cause": CAUSES,
    "remedy": REMEDIES,
    "fixed": get_args(Fixed),
    "hold": get_args(HoldReason),
    "labour": get_args(LabourKind),
    "visit_not_done": get_args(NotDoneReason),
    "cannot_complete": FAILURES,
    "part_removed": REMOVAL_REASONS,
    "part_scrapped": SCRAP_REASONS,
}
"""Codes by list, in the order in which they are offered. A code is never removed, since history uses it."""


class CodeListDocument(TypedDict):
    """The codes of one list, in the order in which they are offered."""

    name: str
    codes: list[str]


def body(_: Rows, id: str) -> Body | None:
    """The codes of one list; devices translate them into their technician's language."""
    return {"name": id, "codes": list(LISTS[id])}


def _registered(due: Due, event: Recorded[Technician.Registered], rows: Rows) -> None:
    """Create the lists with the first technician: a document needs an event that it begins with."""
    shares = [Share(SHARED, "code_list", name) for name in LISTS]
    due.begin(event, rows, [share for share in shares if rows.get(DOCUMENTS, *share) is None])


def _touches(event: Recorded) -> Iterable[tuple[Table, Key]]:
    if event.topic == Technician.Registered.TOPIC:
        yield from ((DOCUMENTS, (SHARED, "code_list", name)) for name in LISTS)


CODE_LIST = Kind("code_list", CodeListDocument, body, {Technician.Registered.TOPIC: _registered}, _touches)
