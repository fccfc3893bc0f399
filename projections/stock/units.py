"""Units: movements and counts whose units of a part do not fit the catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from domain.kernel.instant import format_instant
from domain.kernel.quantity import format_quantity
from domain.recording.recorded import Recorded
from domain.stock.part import Part
from domain.stock.stock_count import StockCount
from domain.stock.stock_movement import StockMovement
from domain.stock.unit_misfits import Units, unit_misfits
from projections.engine.facts import as_fact
from projections.engine.projection import Projection, Rows, on
from projections.engine.table import Key, Row, Table
from projections.stock.locations import LOCATIONS, Locations, holds_stock
from projections.stock.stock_lines import counted_id

TRACKED = Table(
    "part_units",
    {"part": "uuid NOT NULL", "unit": "text NOT NULL", "tracked": "json NOT NULL", "position": "bigint NOT NULL"},
    key=("part",),
)
"""The tracking of a part, {"from", "tracking"} by the instant at which it was recorded, and its unit."""

UNIT_FACTS = Table(
    "unit_facts",
    {
        "id": "uuid NOT NULL",
        "part": "uuid NOT NULL",
        "location": "uuid NOT NULL",
        "said": "json NOT NULL",
        "misfits": "json NOT NULL",
        "stands": "boolean NOT NULL",
        "root": "uuid",
        "waits": "boolean NOT NULL",
        "judged_in": "bigint NOT NULL",
        "fact": "json NOT NULL",
        "position": "bigint NOT NULL",
    },
    key=("id",),
    indexes=(("part", "waits"), ("part", "judged_in")),
)
"""A movement or counted line that does not fit, or that `waits` for its part to be added to the catalogue.

`judged_in` is the position at which its part was added later, or 0. `stands` is false for a corrected movement; the
correction has a row too, with the movement that it is about in the end as `root`.
"""


class UnitsView(Projection):
    """One row per fact whose units do not fit, judged by how the part was tracked when it happened.

    A change of the catalogue counts from its recording, since the field does not know of it earlier; so the order of
    arrival of movements does not matter.
    """

    name: ClassVar[str] = "units"
    tables: ClassVar[tuple[Table, ...]] = (TRACKED, UNIT_FACTS)
    needs: ClassVar[tuple[Projection, ...]] = (Locations(),)

    def touches(self, event: Recorded) -> Iterable[tuple[Table, Key]]:
        """The tracking of the part, the location, and the corrected movement."""
        if event.topic in (StockMovement.Moved.TOPIC, StockCount.LineCounted.TOPIC):
            yield TRACKED, (event.data.part,)
        if event.topic == StockMovement.Moved.TOPIC:
            yield LOCATIONS, (event.data.from_,)
            if event.data.corrects is not None:
                yield UNIT_FACTS, (event.data.corrects,)

    @on(Part.Registered)
    def _registered(self, event: Recorded[Part.Registered], rows: Rows) -> None:
        since = [{"from": "", "tracking": event.data.tracking}]
        part = {"part": event.stream, "unit": event.data.unit, "tracked": since, "position": event.position}
        rows.put(TRACKED, part)
        for row in rows.where(UNIT_FACTS, part=event.stream, waits=True):
            rows.put(UNIT_FACTS, row | {"misfits": _misfits(row, part), "waits": False, "judged_in": event.position})

    @on(Part.Revised)
    def _revised(self, event: Recorded[Part.Revised], rows: Rows) -> None:
        part = rows.get(TRACKED, event.stream)
        if part is not None and part["tracked"][-1]["tracking"] != event.data.tracking:
            change = {"from": format_instant(event.recorded_at), "tracking": event.data.tracking}
            rows.put(TRACKED, part | {"tracked": [*part["tracked"], change], "position": event.position})

    @on(StockMovement.Moved)
    def _moved(self, event: Recorded[StockMovement.Moved], rows: Rows) -> None:
        data = event.data
        if data.corrects is not None:
            self._take_back(event, rows, data.corrects)
            return
        units = Units(data.quantity, data.unit, data.lot, len(data.serials), len(set(data.serials)))
        shelf = data.from_ if holds_stock(rows, data.from_) else data.to
        self._judge(event, rows, event.stream, shelf, units)

    @on(StockCount.LineCounted)
    def _counted(self, event: Recorded[StockCount.LineCounted], rows: Rows) -> None:
        units = Units(event.data.quantity, event.data.unit, moved=False)
        self._judge(event, rows, counted_id(event), event.data.location, units)

    @staticmethod
    def _judge(
        event: Recorded[StockMovement.Moved | StockCount.LineCounted],
        rows: Rows,
        id: UUID,
        location: UUID,
        units: Units,
    ) -> None:
        part = rows.get(TRACKED, event.data.part)
        row = _row(event, id, location, units._asdict() | {"quantity": format_quantity(units.quantity)})
        if part is not None:
            row |= {"misfits": _misfits(row, part), "waits": False}
        if part is None or row["misfits"]:
            rows.put(UNIT_FACTS, row)

    @staticmethod
    def _take_back(event: Recorded, rows: Rows, corrected: UUID) -> None:
        root = fact_of(rows, corrected)
        if root is not None:
            rows.put(UNIT_FACTS, root | {"stands": not root["stands"], "position": event.position})
            row = _row(event, event.stream, root["location"], {})
            rows.put(UNIT_FACTS, row | {"root": root["id"], "waits": False})


def fact_of(rows: Rows, id: UUID) -> Row | None:
    """The row of a movement or counted line; for a correction, that of the movement which it is about in the end."""
    row = rows.get(UNIT_FACTS, id)
    return row if row is None or row["root"] is None else rows.get(UNIT_FACTS, row["root"])


def _row(event: Recorded, id: UUID, location: UUID, fields: dict[str, Any]) -> Row:
    return {
        "id": id,
        "part": event.data.part,
        "location": location,
        "said": fields,
        "misfits": [],
        "stands": True,
        "root": None,
        "waits": True,
        "judged_in": 0,
        "fact": as_fact(event, stream=event.stream),
        "position": event.position,
    }


def _misfits(row: Row, part: Row) -> list[str]:
    units = Units(**row["said"] | {"quantity": Decimal(row["said"]["quantity"])}) if row["said"] else None
    tracking = [each["tracking"] for each in part["tracked"] if each["from"] <= row["fact"]["at"]][-1]
    return [] if units is None else list(unit_misfits(units, tracking, part["unit"]))
