"""The explanation of a balance, line by line, so that it adds up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal, localcontext
from typing import Annotated, Any, TypedDict
from uuid import UUID

from domain.kernel.quantity import EXACT
from domain.stock.location import VIRTUAL
from projections.engine.reader import Reader
from projections.engine.table import Row
from projections.stock.stock import NOTHING, balance
from projections.stock.stock_lines import Moment, anchors_in_order, is_after, moment_in

CAUSES = (
    "work_order",
    "visit",
    "transfer",
    "count",
    "discrepancy",
    "reason",
    "corrects",
    "technician",
    "approved_by",
    "from_location",
    "to_location",
)


class Line(TypedDict):
    """A movement, or an approved count, and what it changed; `cause` is what it was for, by name."""

    what: str
    change: Decimal
    position: int
    device: UUID | None
    occurred_at: datetime
    recorded_at: datetime
    delay: Annotated[float, "Seconds between the two."]
    movement: UUID | None
    actor: UUID | None
    operation: UUID | None
    cause: dict[str, Any]


class ReachedLine(Line):
    """A line with the sum so far."""

    balance: Decimal


class Explanation(TypedDict):
    """A balance, line by line."""

    location: UUID
    part: UUID
    on_hand: Decimal
    opening: Decimal
    lines: list[ReachedLine]


def explain(reader: Reader, location: UUID, part: UUID, *, limit: int = 500) -> Explanation | None:
    """A balance as {location, part, on_hand, opening, lines}; None where the part never was.

    `opening` and the `change` of all lines add up to `on_hand`, and `balance` is the sum so far. A line is a movement,
    or an approved count with the difference it made. It has its event's `position`, `actor`, `device` and both times,
    the `delay` in seconds between them, and in `cause` the ids it refers to. At most the last `limit` lines are listed;
    the opening is the sum of those before.
    """
    row = balance(reader, location, part)
    if row is None:
        return None
    with localcontext(EXACT):
        return _explained(reader, row, limit)


def _explained(reader: Reader, row: Row, limit: int) -> Explanation:
    location, part = row["location"], row["part"]
    entries = list(_lines(reader, location, part))
    if location == VIRTUAL["unexplained"]:
        entries = sorted(
            [*entries, *_elsewhere(reader, part)], key=lambda line: (line["occurred_at"], line["position"])
        )
    opening = sum((line["change"] for line in entries[:-limit]), NOTHING)
    reached = opening
    lines: list[ReachedLine] = []
    for line in entries[-limit:]:
        reached += line["change"]
        lines.append({**line, "balance": reached})
    return {"location": location, "part": part, "on_hand": row["on_hand"], "opening": opening, "lines": lines}


def variances(reader: Reader, location: UUID, part: UUID) -> list[Line]:
    """The approved counts of a part at a place, first to last, each with the difference it made as `change`."""
    with localcontext(EXACT):
        return [line for line in _lines(reader, location, part) if line["what"] == "count"]


def _lines(reader: Reader, location: UUID, part: UUID) -> Iterator[Line]:
    anchors = anchors_in_order(
        reader.fetch_all("SELECT * FROM count_lines WHERE location = %s AND part = %s AND approved", (location, part))
    )
    stretches: list[list[Row]] = [[] for _ in range(len(anchors) + 1)]
    for movement in _movements(reader, location, part):
        moment = Moment(*(movement[f"line_{name}"] for name in Moment._fields))
        behind = [number for number, anchor in enumerate(anchors, 1) if is_after(moment, moment_in(anchor))]
        stretches[max(behind, default=0)].append(movement)
    reached = NOTHING
    for anchor, stretch in zip([None, *anchors], stretches, strict=True):
        if anchor is not None:
            yield _count(anchor, anchor["quantity"] - reached)
            reached = anchor["quantity"]
        for movement in stretch:
            reached += movement["change"]
            yield _movement(movement)


def _movements(reader: Reader, location: UUID, part: UUID) -> list[Row]:
    """The movements of a part from and to a place, in the order of occurrence."""
    return reader.fetch_all(
        """
        SELECT
          m.*,
          CASE WHEN m.to_location = %(location)s THEN m.quantity ELSE -m.quantity END AS change,
          coalesce(l.occurred_at, m.occurred_at) AS line_occurred_at,
          l.device AS line_device,
          l.incarnation AS line_incarnation,
          l.device_seq AS line_device_seq,
          l.of_count AS line_of_count
        FROM movements m
        LEFT JOIN stock_lines l ON l.location = %(location)s AND l.part = m.part AND l.movement = m.id
        WHERE m.part = %(part)s AND (m.from_location = %(location)s OR m.to_location = %(location)s)
        ORDER BY line_occurred_at, m.position
        """,
        {"location": location, "part": part},
    )


def _elsewhere(reader: Reader, part: UUID) -> Iterator[Line]:
    """The quantities left unexplained by the counts at all places."""
    places = reader.fetch_all(
        "SELECT location FROM stock WHERE part = %s AND anchor_occurred_at IS NOT NULL ORDER BY location", (part,)
    )
    for place in places:
        for line in variances(reader, place["location"], part):
            yield {**line, "change": -line["change"]}


def _movement(row: Row) -> Line:
    cause = {name: row[name] for name in CAUSES if row[name] is not None}
    return _line(row, row["kind"], row["change"], cause, movement=row["id"], actor=row["actor"], by=row["operation"])


def _count(anchor: Row, change: Decimal) -> Line:
    cause = {"count": anchor["of_count"], "location": anchor["location"], "counted": anchor["quantity"]}
    return _line(anchor, "count", change, cause, movement=None, actor=anchor["counter"], by=None)


def _line(
    row: Row,
    what: str,
    change: Decimal,
    cause: dict[str, Any],
    *,
    movement: UUID | None,
    actor: UUID | None,
    by: UUID | None,
) -> Line:
    return {
        "what": what,
        "change": change,
        "position": row["position"],
        "device": row["device"],
        "occurred_at": row["occurred_at"],
        "recorded_at": row["recorded_at"],
        "delay": (row["recorded_at"] - row["occurred_at"]).total_seconds(),
        "movement": movement,
        "actor": actor,
        "operation": by,
        "cause": cause,
    }
