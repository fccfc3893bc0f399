"""The lines from which the stock of a place is computed: movements, counted lines, and their order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid5

from domain.kernel.instant import format_instant
from domain.recording.recorded import Recorded
from projections.access.device_row import DEVICES
from projections.engine.ordered import Order
from projections.engine.projection import Rows
from projections.engine.table import Row, Table

MOMENT = {
    "occurred_at": "timestamptz NOT NULL",
    "device": "uuid",
    "incarnation": "bigint",
    "device_seq": "bigint",
    "of_count": "uuid",
}

LINES = Table(
    "stock_lines",
    {
        "location": "uuid NOT NULL",
        "part": "uuid NOT NULL",
        "movement": "uuid NOT NULL",
        "quantity": "numeric NOT NULL",
        **MOMENT,
        "seq": "bigint NOT NULL",
        "after_anchor": "boolean NOT NULL",
        "position": "bigint NOT NULL",
    },
    key=("location", "part", "movement"),
    indexes=(
        ("location", "part", "after_anchor", "occurred_at", "seq", "movement"),
        ("location", "part", "after_anchor", "device", "incarnation", "seq", "movement"),
        ("location", "part", "of_count"),
    ),
)
"""A movement from the view of one place that can be counted: `quantity` was received (above zero) or taken.

`after_anchor` is whether it is after the latest approved count, or there is none; `seq` is `device_seq` or 0.
"""

AFTER_ANCHOR: Final = Order(("location", "part", "after_anchor"), ("occurred_at", "seq", "movement"))
OF_DEVICE: Final = Order(("location", "part", "after_anchor", "device", "incarnation"), ("seq", "movement"))

COUNTED = Table(
    "count_lines",
    {
        "id": "uuid NOT NULL",
        "location": "uuid NOT NULL",
        "part": "uuid NOT NULL",
        "quantity": "numeric NOT NULL",
        **MOMENT,
        "counter": "uuid",
        "blind": "boolean NOT NULL",
        "approved": "boolean NOT NULL",
        "approved_in": "bigint",
        "recorded_at": "timestamptz NOT NULL",
        "position": "bigint NOT NULL",
    },
    key=("id",),
    indexes=(("location", "part"), ("of_count", "approved"), ("of_count", "approved_in")),
)
"""A counted line. Once approved it is an anchor: the book at that moment, as now known, is `quantity`.

`approved_in` is the position of the approval.
"""


class Moment(NamedTuple):
    """When something occurred, with all that decides its order; `of_count` is the count it belongs to."""

    occurred_at: datetime
    device: UUID | None
    incarnation: int | None
    device_seq: int | None
    of_count: UUID | None


def moment_of(event: Recorded, rows: Rows, count: UUID | None) -> Moment:
    """The moment of an event.

    A released operation is recorded late, perhaps in another incarnation of its device than the one that sent it first.
    """
    envelope = event.envelope
    incarnation = envelope.incarnation
    if incarnation is None and envelope.device is not None:
        device = rows.get(DEVICES, envelope.device)
        incarnation = device["incarnation"] if device else None
    return Moment(event.occurred_at, envelope.device, incarnation, envelope.device_seq, count)


def moment_in(row: Row) -> Moment:
    """The moment of a stored line."""
    return Moment(*(row[name] for name in Moment._fields))


def is_after(line: Moment, anchor: Moment) -> bool:
    """Whether a movement is after an anchor: within one incarnation of a device by its sequence, else by the instant.

    A movement of the anchor's own count settles its variance, and so belongs before it.
    """
    if line.of_count is not None and line.of_count == anchor.of_count:
        return False
    if line.device_seq is not None and anchor.device_seq is not None and line[1:3] == anchor[1:3]:
        return line.device_seq > anchor.device_seq
    return line.occurred_at > anchor.occurred_at


def anchors_in_order(counted: Iterable[Row]) -> list[Row]:
    """The anchors among these lines, first to last; those of one device in its own order, whatever its clock."""
    anchors = sorted((line for line in counted if line["approved"]), key=lambda line: line["device_seq"] or 0)
    reached: dict[Any, datetime] = {}
    placed = []
    for number, anchor in enumerate(anchors):
        who = (anchor["device"], anchor["incarnation"]) if anchor["device"] else anchor["id"]
        reached[who] = max(anchor["occurred_at"], reached.get(who, anchor["occurred_at"]))
        placed.append(((reached[who], anchor["device_seq"] or 0, anchor["quantity"], anchor["id"]), number))
    return [anchors[number] for _, number in sorted(placed)]


def counted_id(event: Recorded) -> UUID:
    """The id of a counted line, the same in any order of arrival: its operation, or a hash of the office's fields."""
    envelope = event.envelope
    if envelope.device is not None and envelope.operation_id is not None:
        return envelope.operation_id
    key = (event.data.location, event.data.part, format_instant(event.occurred_at))
    return uuid5(event.stream, "/".join(map(str, key)))
