"""Technicians: their zone, language, van and whether they are active."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, TypedDict
from uuid import UUID

from domain.recording.recorded import Recorded
from domain.work.technician import Technician
from projections.engine.projection import Projection, Rows, on
from projections.engine.reader import Reader
from projections.engine.row_change import change_row, changed_by
from projections.engine.table import Key, Row, Table


class TechnicianRow(TypedDict):
    """A technician; one who was erased has no name."""

    id: UUID
    name: str | None
    zone: str
    language: str
    user_id: UUID | None
    van: UUID | None
    active: bool
    erased: bool
    position: int
    version: int


TECHNICIANS = Table.of(
    "technicians",
    TechnicianRow,
    key=("id",),
    indexes=(("user_id",), ("van",)),
)


class Technicians(Projection):
    """One row per technician. `van` is the location that the office set; the view `locations` has its custodian."""

    name: ClassVar[str] = "technicians"
    tables: ClassVar[tuple[Table, ...]] = (TECHNICIANS,)
    version: ClassVar[int] = 2

    def touches(self, event: Recorded) -> Iterable[tuple[Table, Key]]:
        """The technician."""
        yield TECHNICIANS, (event.stream,)

    @on(Technician.Registered)
    def _registered(self, event: Recorded[Technician.Registered], rows: Rows) -> None:
        row = {"id": event.stream, "name": event.data.name, "van": None, "active": True, "erased": False}
        rows.put(TECHNICIANS, row | _fields(event) | changed_by(event))

    @on(Technician.Changed)
    def _described(self, event: Recorded[Technician.Changed], rows: Rows) -> None:
        name = {} if event.data.name is None else {"name": event.data.name}
        self._change(event, rows, _fields(event) | name)

    @on(Technician.VanAssigned)
    def _van_assigned(self, event: Recorded[Technician.VanAssigned], rows: Rows) -> None:
        self._change(event, rows, {"van": event.data.location})

    @on(Technician.Deactivated, Technician.Reactivated)
    def _works(self, event: Recorded[Technician.Deactivated | Technician.Reactivated], rows: Rows) -> None:
        self._change(event, rows, {"active": event.topic == Technician.Reactivated.TOPIC})

    @on(Technician.Erased)
    def _erased(self, event: Recorded[Technician.Erased], rows: Rows) -> None:
        self._change(event, rows, {"name": None, "erased": True})

    def _change(self, event: Recorded, rows: Rows, fields: Row) -> None:
        change_row(rows, TECHNICIANS, event, fields)


def _fields(event: Recorded) -> Row:
    return {"zone": event.data.zone, "language": event.data.language, "user_id": event.data.user}


def technician(reader: Reader, technician_id: UUID) -> TechnicianRow | None:
    """One technician."""
    return reader.row(TechnicianRow, "SELECT * FROM technicians WHERE id = %s", (technician_id,))


def technicians(
    reader: Reader, *, limit: int, after: UUID | None = None, active: bool | None = None, user: UUID | None = None
) -> list[TechnicianRow]:
    """At most `limit` technicians by id, those behind `after`."""
    return reader.rows(
        TechnicianRow,
        """
        SELECT * FROM technicians
        WHERE (%(after)s IS NULL OR id > %(after)s)
          AND (%(active)s IS NULL OR active = %(active)s)
          AND (%(user)s IS NULL OR user_id = %(user)s)
        ORDER BY id
        LIMIT %(limit)s
        """,
        {"limit": limit, "after": after, "active": active, "user": user},
    )
