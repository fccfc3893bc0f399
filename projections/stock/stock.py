"""Stock: the balance of each part at each place, whatever the order of arrival."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from domain.recording.recorded import Recorded
from domain.stock.location import VIRTUAL
from domain.stock.stock_count import StockCount
from domain.stock.stock_movement import StockMovement
from projections.access.device_row import DEVICES
from projections.access.devices import Devices
from projections.engine.projection import Projection, Rows, on
from projections.engine.reader import Reader
from projections.engine.table import Key, Row, Table
from projections.stock.locations import LOCATIONS, Locations, holds_stock
from projections.stock.stock_anchors import ANCHOR, ANCHORS, PLACE, anchor_of, anchored
from projections.stock.stock_lines import COUNTED, LINES, Moment, counted_id, is_after, moment_in, moment_of

STOCK = Table(
    "stock",
    {
        "location": "uuid NOT NULL",
        "part": "uuid NOT NULL",
        "on_hand": "numeric NOT NULL",
        "moved_at": "timestamptz",
        "counted": "numeric",
        "counted_at": "timestamptz",
        **ANCHOR,
        **PLACE,
        "moved_since": "numeric NOT NULL",
        "position": "bigint NOT NULL",
    },
    key=("location", "part"),
    indexes=(("part", "location"),),
)

NOTHING = Decimal(0)


class Stock(Projection):
    """One row per place and part with any movement or count; one that has reached zero stays.

    `on_hand` is the quantity of the latest approved count plus the movements after it. A movement from before that
    count leaves it unchanged; `unexplained` takes the difference, so that the sum over all places stays 0.
    `moved_since` is the sum of the movements after the count, `moved_at` the time of the last movement, `counted` the
    quantity that was last counted, approved or not.
    """

    name: ClassVar[str] = "stock"
    version: ClassVar[int] = 3
    tables: ClassVar[tuple[Table, ...]] = (STOCK, LINES, COUNTED, ANCHORS)
    needs: ClassVar[tuple[Projection, ...]] = (Locations(), Devices())

    def touches(self, event: Recorded) -> Iterable[tuple[Table, Key]]:
        """Both ends of a movement, or the place that was counted, and the rows that give its author."""
        data = event.data
        if event.topic == StockMovement.Moved.TOPIC:
            for location in (data.from_, data.to):
                yield STOCK, (location, data.part)
                yield LOCATIONS, (location,)
        elif event.topic == StockCount.LineCounted.TOPIC:
            yield STOCK, (data.location, data.part)
        if event.envelope.device is not None:
            yield DEVICES, (event.envelope.device,)

    @on(StockMovement.Moved)
    def _moved(self, event: Recorded[StockMovement.Moved], rows: Rows) -> None:
        data = event.data
        moment = moment_of(event, rows, data.count)
        for location, quantity in ((data.from_, -data.quantity), (data.to, data.quantity)):
            self._see(event, rows, location, quantity, moment)

    @on(StockCount.LineCounted)
    def _counted(self, event: Recorded[StockCount.LineCounted], rows: Rows) -> None:
        data = event.data
        line = {
            "id": counted_id(event),
            "location": data.location,
            "part": data.part,
            "quantity": data.quantity,
            **moment_of(event, rows, event.stream)._asdict(),
            "counter": data.counter,
            "blind": data.blind,
            "approved": False,
            "approved_in": None,
            "recorded_at": event.recorded_at,
            "position": event.position,
        }
        rows.put(COUNTED, line)
        row = _row(rows, data.location, data.part)
        seen = (event.occurred_at, data.quantity)
        if row["counted_at"] is None or seen > (row["counted_at"], row["counted"]):
            counted = {"counted_at": event.occurred_at, "counted": data.quantity}
            rows.put(STOCK, row | counted | {"position": event.position})

    @on(StockCount.Approved)
    def _approved(self, event: Recorded[StockCount.Approved], rows: Rows) -> None:
        """Approval of lines that were counted after the count was approved before."""
        bins: dict[tuple[UUID, UUID], list[Row]] = {}
        for line in rows.where(COUNTED, of_count=event.stream, approved=False):
            rows.put(COUNTED, line | {"approved": True, "approved_in": event.position})
            bins.setdefault((line["location"], line["part"]), []).append(line)
        for location, part in sorted(bins):
            if holds_stock(rows, location):
                self._anchor(event, rows, location, part, bins[location, part])

    def _see(
        self, event: Recorded[StockMovement.Moved], rows: Rows, location: UUID, quantity: Decimal, moment: Moment
    ) -> None:
        """Apply one end of a movement."""
        part, row = event.data.part, _row(rows, location, event.data.part)
        after = True
        if holds_stock(rows, location):
            # What a correction reverts has not happened: it takes the moment of the movement that it corrects.
            corrected = event.data.corrects and rows.get(LINES, location, part, event.data.corrects)
            moment = moment_in(corrected) if corrected else moment
            ends = {"location": location, "part": part, "movement": event.stream, "quantity": quantity}
            after = row["anchor_occurred_at"] is None or is_after(moment, anchor_of(row))
            line = ends | moment._asdict() | {"seq": moment.device_seq or 0, "after_anchor": after}
            rows.put(LINES, line | {"position": event.position})
            row = row | {"moved_since": row["moved_since"] + (quantity if after else 0)}
        moved_at = max(event.occurred_at, row["moved_at"] or event.occurred_at)
        changed = {"moved_at": moved_at, "position": event.position}
        if after:
            changed["on_hand"] = row["on_hand"] + quantity
        rows.put(STOCK, row | changed)
        if not after:
            _explain_by(event, rows, part, quantity)

    def _anchor(self, event: Recorded, rows: Rows, location: UUID, part: UUID, lines: list[Row]) -> None:
        """Compute a balance from its latest anchor, which one of these lines may be now."""
        before = _row(rows, location, part)
        row = anchored(rows, before, lines) | {"position": event.position}
        rows.put(STOCK, row)
        _explain_by(event, rows, part, before["on_hand"] - row["on_hand"])


def _row(rows: Rows, location: UUID, part: UUID) -> Row:
    found = rows.get(STOCK, location, part)
    return (
        found
        if found is not None
        else dict.fromkeys(STOCK.columns)
        | {
            "location": location,
            "part": part,
            "on_hand": NOTHING,
            "moved_since": NOTHING,
            "position": 0,
        }
    )


def _explain_by(event: Recorded, rows: Rows, part: UUID, quantity: Decimal) -> None:
    """Book a quantity to `unexplained` that a place did not take."""
    if quantity:
        row = _row(rows, VIRTUAL["unexplained"], part)
        rows.put(STOCK, row | {"on_hand": row["on_hand"] + quantity, "position": event.position})


def balance(reader: Reader, location: UUID, part: UUID) -> Row | None:
    """The balance of a part at a place; None without any movement or count."""
    return reader.fetch_one("SELECT * FROM stock WHERE location = %s AND part = %s", (location, part))


def stock(
    reader: Reader,
    *,
    limit: int,
    after: tuple[UUID, UUID] | None = None,
    location: UUID | None = None,
    part: UUID | None = None,
    below: Decimal | None = None,
) -> list[Row]:
    """At most `limit` balances by location and part, those behind `after`; `below` asks for smaller ones only.

    In transit and unexplained are the balances of the locations `VIRTUAL["transit"]` and `VIRTUAL["unexplained"]`.
    """
    return reader.fetch_all(
        """
        SELECT * FROM stock
        WHERE (%(after)s IS NULL OR (location, part) > %(after)s)
          AND (%(location)s IS NULL OR location = %(location)s)
          AND (%(part)s IS NULL OR part = %(part)s)
          AND (%(below)s IS NULL OR on_hand < %(below)s)
        ORDER BY location, part
        LIMIT %(limit)s
        """,
        {"limit": limit, "after": after, "location": location, "part": part, "below": below},
    )
