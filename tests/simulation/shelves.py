"""The count rule, computed from the log alone: the latest approved count, and the movements after it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from domain.recording.recorded import Recorded

Bin = tuple[UUID, UUID]
Life = tuple[UUID, int]


class Moment(NamedTuple):
    """The order of events: by sequence within one incarnation of a device, by instant across devices."""

    at: datetime
    life: Life | None
    seq: int
    of_count: UUID | None

    def is_after(self, other: Moment) -> bool:
        """Whether this is after the other; a movement that settles a count is before it."""
        if self.of_count is not None and self.of_count == other.of_count:
            return False
        if self.life is not None and self.life == other.life and self.seq and other.seq:
            return self.seq > other.seq
        return self.at > other.at


class Line(NamedTuple):
    """A quantity that moved, or was counted, at a moment."""

    quantity: Decimal
    moment: Moment
    id: UUID


def balances(events: Iterable[Recorded], bins: set[UUID]) -> dict[Bin, Decimal]:
    """The quantity of each part in each of these bins."""
    moved: dict[Bin, list[Line]] = {}
    seen: dict[UUID, list[tuple[Bin, Line]]] = {}
    anchors: dict[Bin, dict[UUID, Line]] = {}
    for event in events:
        data = event.data
        if event.topic == "stock.moved":
            for place, quantity in ((data.from_, -data.quantity), (data.to, data.quantity)):
                lines = moved.setdefault((place, data.part), [])
                corrected = [line.moment for line in lines if line.id == data.corrects]
                lines.append(Line(quantity, corrected[0] if corrected else _moment(event, data.count), event.stream))
        elif event.topic == "count.line_counted":
            line = Line(data.quantity, _moment(event, event.stream), event.envelope.operation_id or event.stream)
            seen.setdefault(event.stream, []).append(((data.location, data.part), line))
        elif event.topic == "count.approved":
            for where, line in seen.get(event.stream, ()):
                anchors.setdefault(where, {})[line.id] = line
    places = {where for where in (*moved, *anchors) if where[0] in bins}
    return {where: _balance(moved.get(where, []), list(anchors.get(where, {}).values())) for where in places}


def _balance(lines: list[Line], anchors: list[Line]) -> Decimal:
    if not anchors:
        return sum((line.quantity for line in lines), Decimal(0))
    latest = _latest(anchors)
    after = (line.quantity for line in lines if line.moment.is_after(latest.moment))
    return sum(after, latest.quantity)


def _latest(anchors: list[Line]) -> Line:
    """The latest anchor; those of one device in its own order, whatever its clock said."""
    reached: dict[Life | UUID, datetime] = {}
    placed = []
    for line in sorted(anchors, key=lambda line: line.moment.seq):
        who = line.moment.life or line.id
        reached[who] = max(line.moment.at, reached.get(who, line.moment.at))
        placed.append((reached[who], line.moment.seq, line.quantity, line.id.int, line))
    return max(placed, key=lambda one: one[:4])[-1]


def _moment(event: Recorded, count: UUID | None) -> Moment:
    envelope = event.envelope
    life = (envelope.device, envelope.incarnation or 0) if envelope.device else None
    return Moment(event.occurred_at, life, envelope.device_seq or 0, count)
