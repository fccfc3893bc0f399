"""Locations: the places that parts move from and to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, TypedDict
from uuid import UUID

from domain.recording.recorded import Recorded
from domain.stock.location import VIRTUAL, Location, is_bin
from projections.engine.projection import Projection, Rows, on
from projections.engine.reader import Reader
from projections.engine.row_change import change_row, changed_by
from projections.engine.table import Key, Table


class LocationRow(TypedDict):
    """A location."""

    id: UUID
    kind: str
    name: str
    site: UUID | None
    zone: str | None
    custodian: UUID | None
    retired: bool
    position: int
    version: int


LOCATIONS = Table.of(
    "locations",
    LocationRow,
    key=("id",),
    indexes=(("kind", "id"), ("custodian",)),
)


class Locations(Projection):
    """One row per registered location; the well-known virtual ones have none."""

    name: ClassVar[str] = "locations"
    version: ClassVar[int] = 2
    tables: ClassVar[tuple[Table, ...]] = (LOCATIONS,)

    def touches(self, event: Recorded) -> Iterable[tuple[Table, Key]]:
        """The location itself."""
        yield LOCATIONS, (event.stream,)

    @on(Location.Registered)
    def _registered(self, event: Recorded[Location.Registered], rows: Rows) -> None:
        data = event.data
        row = {"id": event.stream, "kind": data.kind, "name": data.name, "site": data.site, "zone": data.zone}
        rows.put(LOCATIONS, row | {"custodian": None, "retired": False} | changed_by(event))

    @on(Location.CustodyTaken)
    def _custody_taken(self, event: Recorded[Location.CustodyTaken], rows: Rows) -> None:
        change_row(rows, LOCATIONS, event, {"custodian": event.data.technician})

    @on(Location.Retired)
    def _retired(self, event: Recorded[Location.Retired], rows: Rows) -> None:
        change_row(rows, LOCATIONS, event, {"retired": True})


def holds_stock(rows: Rows, location_id: UUID) -> bool:
    """Whether stock can be counted there: a warehouse, a van, a quarantine or a store at a customer's site."""
    found = rows.get(LOCATIONS, location_id)
    return location_id == VIRTUAL["quarantine"] or (
        found is not None and (is_bin(found["kind"]) or found["kind"] == "site")
    )


def must_not_be_negative(rows: Rows, location_id: UUID) -> bool:
    """Whether a balance below zero is a discrepancy there."""
    found = rows.get(LOCATIONS, location_id)
    return location_id == VIRTUAL["quarantine"] or (found is not None and is_bin(found["kind"]))


def location(reader: Reader, location_id: UUID) -> LocationRow | None:
    """One location."""
    return reader.row(LocationRow, "SELECT * FROM locations WHERE id = %s", (location_id,))


def locations(
    reader: Reader,
    *,
    limit: int,
    after: UUID | None = None,
    kind: str | None = None,
    custodian: UUID | None = None,
    retired: bool | None = None,
) -> list[LocationRow]:
    """At most `limit` locations by id, those behind `after`."""
    return reader.rows(
        LocationRow,
        """
        SELECT * FROM locations
        WHERE (%(after)s IS NULL OR id > %(after)s)
          AND (%(kind)s IS NULL OR kind = %(kind)s)
          AND (%(custodian)s IS NULL OR custodian = %(custodian)s)
          AND (%(retired)s IS NULL OR retired = %(retired)s)
        ORDER BY id
        LIMIT %(limit)s
        """,
        {"limit": limit, "after": after, "kind": kind, "custodian": custodian, "retired": retired},
    )
