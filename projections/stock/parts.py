"""The catalogue of parts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar, NotRequired, TypedDict
from uuid import UUID

import msgspec

from domain.recording.recorded import Recorded
from domain.stock.part import Part
from projections.engine.projection import Projection, Rows, on
from projections.engine.reader import Reader
from projections.engine.row_change import change_row, changed_by
from projections.engine.shapes import Day
from projections.engine.table import Key, Row, Table
from projections.lookup.external_refs import BY_EXTERNAL_ID, ExternalRefValue, external_ref_of


class PartNameValue(TypedDict):
    """What a part is called in one language (a BCP 47 tag)."""

    language: str
    text: str


PartCost = TypedDict("PartCost", {"from": Day, "amount": int, "currency": str, "per": NotRequired[int]})
"""What a unit, or `per` units, cost from a day on, in minor units."""


class PartRow(TypedDict):
    """A part; `costs` are by day, each from that day on."""

    id: UUID
    number: str
    names: list[PartNameValue]
    unit: str
    tracking: str
    criticality: str | None
    gtins: list[str]
    costs: list[PartCost]
    superseded_by: UUID | None
    discontinued: bool
    external_ref: ExternalRefValue | None
    external_id: str | None
    position: int
    version: int


PARTS = Table.of(
    "parts",
    PartRow,
    key=("id",),
    indexes=(("number", "id"), *BY_EXTERNAL_ID),
)


class Parts(Projection):
    """One row per part. `costs` are {"from", "amount", "currency"} by day: the cost of a unit from that day on."""

    name: ClassVar[str] = "parts"
    version: ClassVar[int] = 2
    tables: ClassVar[tuple[Table, ...]] = (PARTS,)

    def touches(self, event: Recorded) -> Iterable[tuple[Table, Key]]:
        """The part itself."""
        if event.topic in self.folds:
            yield PARTS, (event.stream,)

    @on(Part.Registered)
    def _registered(self, event: Recorded[Part.Registered], rows: Rows) -> None:
        row = {
            "id": event.stream,
            "number": event.data.number,
            "unit": event.data.unit,
            "costs": [],
            "superseded_by": None,
            "discontinued": False,
        }
        rows.put(PARTS, row | _described(event.data) | external_ref_of(event) | changed_by(event))

    @on(Part.Revised)
    def _revised(self, event: Recorded[Part.Revised], rows: Rows) -> None:
        change_row(rows, PARTS, event, _described(event.data))

    @on(Part.CostSet)
    def _cost_set(self, event: Recorded[Part.CostSet], rows: Rows) -> None:
        if (part := rows.get(PARTS, event.stream)) is not None:
            cost = {"from": event.data.from_.isoformat(), **msgspec.to_builtins(event.data.cost)}
            cost |= {} if event.data.per is None else {"per": event.data.per}
            others = [other for other in part["costs"] if other["from"] != cost["from"]]
            costs = sorted([*others, cost], key=lambda each: str(each["from"]))
            rows.put(PARTS, part | {"costs": costs} | changed_by(event))

    @on(Part.Superseded)
    def _superseded(self, event: Recorded[Part.Superseded], rows: Rows) -> None:
        change_row(rows, PARTS, event, {"superseded_by": event.data.by})

    @on(Part.Discontinued)
    def _discontinued(self, event: Recorded[Part.Discontinued], rows: Rows) -> None:
        change_row(rows, PARTS, event, {"discontinued": True})


def _described(data: Any) -> Row:
    return {
        "names": list(msgspec.to_builtins(data.names)),
        "tracking": data.tracking,
        "criticality": data.criticality,
        "gtins": list(data.gtins),
    }


def cost_on(part: Row, day: date) -> Row | None:
    """The cost of a unit of this part on that day, {"from", "amount", "currency"}; `None` before the first one."""
    return next((cost for cost in reversed(part["costs"]) if cost["from"] <= day.isoformat()), None)


def part(reader: Reader, part_id: UUID) -> PartRow | None:
    """One part."""
    return reader.row(PartRow, "SELECT * FROM parts WHERE id = %s", (part_id,))


def parts(
    reader: Reader,
    *,
    limit: int,
    after: tuple[str, UUID] | None = None,
    number: str | None = None,
    discontinued: bool | None = None,
    external_ref: str | None = None,
    holder: UUID | None = None,
) -> list[PartRow]:
    """At most `limit` parts by number, those behind `after` (number, id of the last one seen).

    `holder` is the part that has the `number`, however it is spelled.
    """
    return reader.rows(
        PartRow,
        """
        SELECT * FROM parts
        WHERE (%(after)s IS NULL OR (number, id) > %(after)s)
          AND (%(number)s IS NULL OR number = %(number)s OR id = %(holder)s)
          AND (%(discontinued)s IS NULL OR discontinued = %(discontinued)s)
          AND (%(external_ref)s IS NULL OR external_id = %(external_ref)s)
        ORDER BY number, id
        LIMIT %(limit)s
        """,
        {
            "external_ref": external_ref,
            "limit": limit,
            "after": after,
            "number": number,
            "holder": holder,
            "discontinued": discontinued,
        },
    )
