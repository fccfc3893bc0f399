"""Anchors: the latest approved count of a bin, and the movements after it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from projections.engine.ordered import Order
from projections.engine.projection import Rows
from projections.engine.table import Key, Row, Table
from projections.stock.stock_lines import AFTER_ANCHOR, LINES, MOMENT, OF_DEVICE, Moment, is_after, moment_in

ANCHOR = {f"anchor_{name}": kind.removesuffix(" NOT NULL") for name, kind in MOMENT.items()}
PLACE = {"anchor_reached": "timestamptz", "anchor_quantity": "numeric", "anchor_id": "uuid"}
"""Columns of a balance: the moment of its latest anchor, and the sort key that makes it the latest."""

ANCHORS = Table(
    "stock_anchors",
    {
        "location": "uuid NOT NULL",
        "part": "uuid NOT NULL",
        "device": "uuid NOT NULL",
        "life": "bigint NOT NULL",
        "reached": "timestamptz NOT NULL",
        "latest": "uuid NOT NULL",
        "seq": "bigint NOT NULL",
        "quantity": "numeric NOT NULL",
        "occurred_at": "timestamptz NOT NULL",
        "incarnation": "bigint",
        "device_seq": "bigint",
        "of_count": "uuid",
    },
    key=("location", "part", "device", "life"),
)
"""The latest anchor of each device in a bin, by its sequence; `reached` is the latest instant of any of them."""

_PAGE: Final = 500


def anchor_of(row: Row) -> Moment:
    """The moment of the latest approved count, if there is one."""
    return Moment(*(row[name] for name in ANCHOR))


def anchored(rows: Rows, row: Row, lines: list[Row]) -> Row:
    """A balance after these lines of its bin were approved.

    Only the movements between the last anchor and the new one are read, each of them once, and the few that a clock or
    their own count places on the other side.
    """
    latest = max((_latest(rows, line) for line in lines), key=_place)
    now = None if row["anchor_id"] is None else (row["anchor_reached"], row["anchor_device_seq"] or 0)
    if now is not None and (*now, row["anchor_quantity"], row["anchor_id"]) > _place(latest):
        return row
    before, moment = anchor_of(row), moment_in(latest)
    moved_since = row["moved_since"]
    for line in list(_candidates(rows, row, before, moment)):
        after = is_after(moment_in(line), moment)
        if after != line["after_anchor"]:
            rows.put(LINES, line | {"after_anchor": after})
            moved_since += line["quantity"] if after else -line["quantity"]
    place = {"anchor_reached": latest["reached"], "anchor_quantity": latest["quantity"], "anchor_id": latest["id"]}
    anchor = {f"anchor_{name}": latest[name] for name in MOMENT}
    return row | anchor | place | {"on_hand": latest["quantity"] + moved_since, "moved_since": moved_since}


def _place(anchor: Row) -> tuple[Any, ...]:
    return anchor["reached"], anchor["device_seq"] or 0, anchor["quantity"], anchor["id"]


def _latest(rows: Rows, line: Row) -> Row:
    """The latest anchor of the author of this line; those of one device in its own order, whatever its clock."""
    if line["device"] is None:
        return line | {"reached": line["occurred_at"]}
    key: Key = line["location"], line["part"], line["device"], line["incarnation"] or 0
    known = rows.get(ANCHORS, *key)
    row: Row = dict(zip(ANCHORS.key, key, strict=True)) | {
        "reached": line["occurred_at"],
        "latest": line["id"],
        "seq": line["device_seq"] or 0,
        **{name: line[name] for name in ("quantity", "occurred_at", "incarnation", "device_seq", "of_count")},
    }
    if known is not None:
        reached = max(known["reached"], line["occurred_at"])
        is_later = _in_device(row) > _in_device(known)
        row = (row if is_later else known) | {"reached": reached}
    rows.put(ANCHORS, row)
    return row | {"id": row["latest"]}


def _in_device(row: Row) -> tuple[Any, ...]:
    return row["seq"], row["quantity"], row["latest"]


def _candidates(rows: Rows, row: Row, before: Moment, now: Moment) -> Iterator[Row]:
    """The lines of a bin that may be on another side of the anchor `now` than of `before`, each once."""
    bin_: Key = row["location"], row["part"]
    found: dict[UUID, Row] = {}
    for after in (True, False):
        bounds: dict[str, Key] = {"high": (now.occurred_at,)} if after else {"low": (now.occurred_at,)}
        for line in _all(rows, AFTER_ANCHOR, (*bin_, after), **bounds):
            found[line["movement"]] = line
        if now.device_seq is not None:
            bounds = {"high": (now.device_seq,)} if after else {"low": (now.device_seq,)}
            for line in _all(rows, OF_DEVICE, (*bin_, after, now.device, now.incarnation), **bounds):
                found[line["movement"]] = line
    for count in {before.of_count, now.of_count} - {None}:
        for line in rows.where(LINES, location=bin_[0], part=bin_[1], of_count=count):
            found[line["movement"]] = line
    yield from found.values()


def _all(rows: Rows, order: Order, equal: Key, *, low: Key = (), high: Key = ()) -> Iterator[Row]:
    """All lines of a group between two bounds, in batches."""
    while True:
        page = rows.span(LINES, order, equal, limit=_PAGE, low=low, high=high)
        yield from page
        if len(page) < _PAGE:
            return
        low = tuple(page[-1][name] for name in order.by)
