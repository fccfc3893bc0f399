"""Serials: where each unit of a part is that has a number of its own, right in whatever order the news arrives."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from projections.devices import DEVICES, Devices
from projections.locations import LOCATIONS, Locations
from projections.parts import PARTS, Parts
from projections.projection import Projection, Rows, on
from projections.serials_claims import claim_of, in_order, walk
from projections.table import Key, Row, Table
from store.recorded import Recorded

MOST_CLAIMS = 100

SERIALS = Table(
    "serials",
    {
        "part": "uuid NOT NULL",
        "serial": "text NOT NULL",
        "tracked": "boolean NOT NULL",
        "location": "uuid",
        "claims": "json NOT NULL",
        "claims_count": "bigint NOT NULL",
        "position": "bigint NOT NULL",
    },
    key=("part", "serial"),
    indexes=(("part", "tracked"), ("part", "position")),
)


class Serials(Projection):
    """One row a part and serial that a movement ever named; `claims` are those movements, in order.

    A unit with more than `MOST_CLAIMS` movements is judged by the newest of them; `claims_count` counts all.

    `location` is where the latest leaves it, none once all were taken back. It is `tracked` while the catalogue
    says that each unit of the part has its own number: only then does it matter what does not fit.
    """

    name: ClassVar[str] = "serials"
    version: ClassVar[int] = 3
    tables: ClassVar[tuple[Table, ...]] = (SERIALS,)
    needs: ClassVar[tuple[Projection, ...]] = (Parts(), Locations(), Devices())

    def touches(self, event: Recorded) -> Iterable[tuple[Table, Key]]:
        """The serials that a movement names, and what their claims are judged by."""
        if event.topic != "stock.moved" or not event.data.serials:
            return
        data = event.data
        for serial in serials_of(event):
            yield SERIALS, (data.part, serial)
        yield PARTS, (data.part,)
        for location in (data.from_, data.to):
            yield LOCATIONS, (location,)
        if event.envelope.device is not None:
            yield DEVICES, (event.envelope.device,)

    @on("stock.moved")
    def _moved(self, event: Recorded, rows: Rows) -> None:
        if not event.data.serials:
            return
        part, claim = event.data.part, claim_of(event, rows)
        for serial in serials_of(event):
            row = rows.get(SERIALS, part, serial) or _unheard_of(event, rows, serial)
            claims = in_order(sorted([*row["claims"], claim], key=_told_at)[-MOST_CLAIMS:])
            changed = {"claims": claims, "claims_count": row["claims_count"] + 1}
            changed |= {"location": walk(claims, rows).location, "position": event.position}
            rows.put(SERIALS, row | changed)

    @on("part.registered", "part.revised")
    def _described(self, event: Recorded, rows: Rows) -> None:
        tracked = event.data.tracking == "serial"
        if tracked or event.topic == "part.revised":
            for row in rows.where(SERIALS, part=event.stream, tracked=not tracked):
                rows.put(SERIALS, row | {"tracked": tracked, "position": event.position})


def serials_of(event: Recorded) -> Iterable[str]:
    """The serials that a movement names, each once, as a table can hold them: without NUL."""
    return dict.fromkeys(serial.replace("\0", "\ufffd") for serial in event.data.serials)


def _unheard_of(event: Recorded, rows: Rows, serial: str) -> Row:
    part = rows.get(PARTS, event.data.part)
    tracked = part is not None and part["tracking"] == "serial"
    return {"part": event.data.part, "serial": serial, "tracked": tracked, "claims": [], "claims_count": 0}


def _told_at(claim: Row) -> tuple[str, str]:
    return claim["at"], claim["stream"]
