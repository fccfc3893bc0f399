"""Serials: the location of each unit with a serial number, whatever the order of arrival."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from domain.recording.recorded import Recorded
from domain.stock.discrepancy import discrepancy_id
from domain.stock.part import Part
from domain.stock.stock_movement import StockMovement
from projections.access.device_row import DEVICES
from projections.access.devices import Devices
from projections.engine.projection import Projection, Rows, on
from projections.engine.table import Key, Row, Table
from projections.stock.locations import LOCATIONS, Locations
from projections.stock.parts import PARTS, Parts
from projections.stock.serials_claims import claim_of, in_order, walk

MOST_CLAIMS: Final = 20
"""The number of claims kept and judged per unit, the newest: an event that names 1,000 units changes 1,000 rows."""

SERIALS = Table(
    "serials",
    {
        "part": "uuid NOT NULL",
        "serial": "text NOT NULL",
        "tracked": "boolean NOT NULL",
        "location": "uuid",
        "claims": "json NOT NULL",
        "claims_count": "bigint NOT NULL",
        "misfits": "json NOT NULL",
        "elsewhere_id": "uuid NOT NULL",
        "unknown_id": "uuid NOT NULL",
        "tracking_changed": "bigint",
        "position": "bigint NOT NULL",
    },
    key=("part", "serial"),
    indexes=(("part", "tracked"), ("part", "tracking_changed"), ("elsewhere_id",), ("unknown_id",)),
)
"""`misfits` has by kind of discrepancy since when the claims show it (`since`) and the indexes of these claims.

`elsewhere_id` and `unknown_id` are the ids of these discrepancies, found or not. `tracking_changed` is the position at
which tracking of the unit began or ended."""


class Serials(Projection):
    """One row per part and serial of any movement; `claims` are those movements, in order.

    A unit with more than `MOST_CLAIMS` movements is judged by the newest of them; `claims_count` is the number of all.

    It is `tracked` while the catalogue tracks the part by serial: only then its claims are judged, and `location` is
    where the latest one leaves it, None once all were corrected.
    """

    name: ClassVar[str] = "serials"
    version: ClassVar[int] = 4
    tables: ClassVar[tuple[Table, ...]] = (SERIALS,)
    needs: ClassVar[tuple[Projection, ...]] = (Parts(), Locations(), Devices())

    def touches(self, event: Recorded) -> Iterable[tuple[Table, Key]]:
        """The serials that a movement names, and the rows by which their claims are judged."""
        if event.topic != StockMovement.Moved.TOPIC or not event.data.serials:
            return
        data = event.data
        for serial in serials_of(event):
            yield SERIALS, (data.part, serial)
        yield PARTS, (data.part,)
        for location in (data.from_, data.to):
            yield LOCATIONS, (location,)
        if event.envelope.device is not None:
            yield DEVICES, (event.envelope.device,)

    @on(StockMovement.Moved)
    def _moved(self, event: Recorded[StockMovement.Moved], rows: Rows) -> None:
        if not event.data.serials:
            return
        part, claim = event.data.part, claim_of(event, rows)
        for serial in serials_of(event):
            row = rows.get(SERIALS, part, serial) or _new_row(event, rows, serial)
            claims = sorted([*row["claims"], claim], key=_at)[-MOST_CLAIMS:]
            row = row | {"claims_count": row["claims_count"] + 1, "position": event.position}
            rows.put(SERIALS, row | _judged(row, claims, rows))

    @on(Part.Registered, Part.Revised)
    def _described(self, event: Recorded[Part.Registered | Part.Revised], rows: Rows) -> None:
        tracked = event.data.tracking == "serial"
        if tracked or event.topic == Part.Revised.TOPIC:
            for row in rows.where(SERIALS, part=event.stream, tracked=not tracked):
                turned = row | {"tracked": tracked, "tracking_changed": event.position, "position": event.position}
                rows.put(SERIALS, turned | _judged(turned, row["claims"], rows))


def serials_of(event: Recorded[StockMovement.Moved]) -> Iterable[str]:
    """The serials that a movement names, without repetition, as a table can store them: without NUL."""
    return dict.fromkeys(serial.replace("\0", "\ufffd") for serial in event.data.serials)


def _new_row(event: Recorded[StockMovement.Moved], rows: Rows, serial: str) -> Row:
    part_id = event.data.part
    part = rows.get(PARTS, part_id)
    return {
        "part": part_id,
        "serial": serial,
        "tracked": part is not None and part["tracking"] == "serial",
        "claims": [],
        "claims_count": 0,
        "elsewhere_id": discrepancy_id("serial_elsewhere", part_id, serial),
        "unknown_id": discrepancy_id("serial_unknown", part_id, serial),
        "tracking_changed": None,
    }


def _judged(row: Row, claims: list[Row], rows: Rows) -> Row:
    """The columns that follow from a unit's claims; of an untracked part the claims are kept and not judged."""
    if not row["tracked"]:
        return {"claims": sorted(claims, key=_at), "location": None, "misfits": {}}
    ordered = in_order(claims)
    walked = walk(ordered, rows, first=row["claims_count"] == len(ordered))
    places = {claim["stream"]: place for place, claim in enumerate(ordered)}
    misfits = {}
    if walked.elsewhere:
        both = dict.fromkeys(places[claim["stream"]] for pair in walked.elsewhere for claim in pair)
        misfits["serial_elsewhere"] = {"since": walked.elsewhere[0][1]["at"], "claims": list(both)}
    if walked.unknown:
        alone = [places[claim["stream"]] for claim in walked.unknown]
        misfits["serial_unknown"] = {"since": walked.unknown[0]["at"], "claims": alone}
    return {"claims": ordered, "location": walked.location, "misfits": misfits}


def _at(claim: Row) -> tuple[str, str]:
    return claim["at"], claim["stream"]
