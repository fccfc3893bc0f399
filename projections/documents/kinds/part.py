"""The document of a part, without its costs."""

from __future__ import annotations

from typing import TypedDict
from uuid import UUID

from domain.recording.recorded import Recorded
from domain.stock.part import Part
from projections.documents.due import Due, Share
from projections.documents.entry import Body
from projections.documents.kind import Kind
from projections.documents.table import SHARED
from projections.engine.projection import Rows
from projections.stock.parts import PARTS, PartNameValue


class PartDocument(TypedDict):
    """What every technician knows of a part; `name` is the first of its `names`, or its number."""

    id: UUID
    number: str
    name: str
    names: list[PartNameValue]
    unit: str
    tracking: str
    criticality: str | None
    gtins: list[str]
    superseded_by: UUID | None
    discontinued: bool


def body(rows: Rows, id: str) -> Body | None:
    """`name` is the first of `names`; costs are not sent to technicians."""
    part = rows.get(PARTS, UUID(id))
    if part is None:
        return None
    same = ("id", "number", "names", "unit", "tracking", "criticality", "gtins", "superseded_by", "discontinued")
    return {
        "name": part["names"][0]["text"] if part["names"] else part["number"],
        **{name: part[name] for name in same},
    }


def _changed(due: Due, event: Recorded, rows: Rows) -> None:
    due.mark(event, rows, [Share(SHARED, "part", str(event.stream))])


PART = Kind(
    "part",
    PartDocument,
    body,
    dict.fromkeys(
        (Part.Registered.TOPIC, Part.Revised.TOPIC, Part.Superseded.TOPIC, Part.Discontinued.TOPIC), _changed
    ),
)
