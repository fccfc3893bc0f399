"""The document of a location: the technician's own van, and shared places."""

from __future__ import annotations

from typing import NotRequired, TypedDict
from uuid import UUID

from domain.recording.recorded import Recorded
from domain.stock.location import Location
from projections.documents.due import Due, Share
from projections.documents.entry import Body
from projections.documents.kind import Kind
from projections.documents.table import SHARED
from projections.engine.projection import Rows
from projections.stock.locations import LOCATIONS

PRIVATE = frozenset({"site", "equipment"})
"""Locations at a customer's, which only the documents of work orders mention."""


class LocationDocument(TypedDict):
    """What technicians know of a location; a van has a `custodian` once somebody has taken it."""

    id: UUID
    kind: str
    name: str
    retired: bool
    custodian: NotRequired[UUID]


def body(rows: Rows, id: str) -> Body | None:
    """Its kind, its name and, for a van, its custodian."""
    location = rows.get(LOCATIONS, UUID(id))
    if location is None:
        return None
    fields = {name: location[name] for name in ("id", "kind", "name", "retired")}
    return fields if location["custodian"] is None else fields | {"custodian": location["custodian"]}


def _changed(due: Due, event: Recorded, rows: Rows) -> None:
    location = rows.get(LOCATIONS, event.stream)
    if location is None or location["kind"] in PRIVATE:
        return
    audience = location["custodian"] if location["kind"] == "van" else SHARED
    if audience is not None:
        due.mark(event, rows, [Share(audience, "location", str(event.stream))])


def _handed_over(due: Due, event: Recorded[Location.CustodyTaken], rows: Rows) -> None:
    if event.data.previous is not None:
        due.withdraw(event, rows, [Share(event.data.previous, "location", str(event.stream))], "van_handed_over")
    _changed(due, event, rows)


LOCATION = Kind(
    "location",
    LocationDocument,
    body,
    {Location.Registered.TOPIC: _changed, Location.Retired.TOPIC: _changed, Location.CustodyTaken.TOPIC: _handed_over},
)
