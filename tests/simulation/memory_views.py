"""The views in memory: the real projections behind a projector that lags, and the documents as sync asks for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any
from uuid import UUID

from domain.access.operation_status import UNDECIDED
from projections.access.operations import OPERATIONS, Operations
from projections.care.merges import entries_of
from projections.documents.digest import NOTHING, Digest
from projections.documents.digests import DIGESTS
from projections.documents.documents import Documents
from projections.documents.moment import Moment
from projections.documents.table import DOCUMENTS, SHARED
from projections.engine.memory import MemoryRows
from projections.engine.projection import Projection
from projections.engine.replay import Replay
from projections.engine.table import Row
from projections.work.work_order_row import WORK_ORDERS
from sync.ports import Changes, Found, Watermark
from sync.waiting import group_key, held_groups
from tests.simulation.memory_log import QUARANTINED_OR_HELD, MemoryLog

PROJECTIONS: tuple[Projection, ...] = (Documents(), Operations())
REPLAY = Replay(PROJECTIONS)
TOPICS = frozenset(REPLAY.topics)
OVER = ("closed", "cancelled")


class MemoryViews:
    """The rows of all views at `position`."""

    def __init__(self, log: MemoryLog) -> None:
        self._log = log
        self.rows, self.position = MemoryRows(REPLAY.tables), 0

    def move_on(self, most: int = 1_000) -> None:
        """One batch of the projector: at most so many events."""
        through = min(self.position + most, self._log.head())
        if through > self.position:
            fold(self._log, self.rows, self.position, through)
            self.position = through

    def catch_up(self) -> None:
        """Fold all events."""
        self.move_on(self._log.head())

    def rebuild(self, position: int | None = None) -> None:
        """Rebuild the views to their present position, or to this one."""
        self.position = min(self.position if position is None else position, self._log.head())
        self.rows = rebuilt(self._log, self.position)

    def works_for(self, technician: UUID, customer: UUID) -> bool:
        """Whether an open work order of this customer is assigned to this technician."""
        entries = sorted(entries_of(self.rows, customer))
        orders = [order for entry in entries for order in self.rows.where(WORK_ORDERS, customer=entry)]
        return any(order["technician"] == technician and order["status"] not in OVER for order in orders)

    def documents_of(self, technician: UUID | None) -> list[Row]:
        """All rows of documents of a technician, or of those that all share; tombstones too."""
        return self.rows.where(DOCUMENTS, audience=technician or SHARED)

    # sync.ports.Documents

    def changes(self, technician: UUID, after: int | None, limit: int) -> Changes:
        """As `projections.documents.page` answers."""
        own, shared = self.documents_of(technician), self.documents_of(None)
        rows = [
            row
            for row in (*own, *shared)
            if row["position"] > (after or 0) and not (after is None and row["gone"] is not None)
        ]
        rows.sort(key=lambda row: (row["position"], row["type"], row["id"]))
        page = with_ties(rows, limit)
        newest = max((row["position"] for row in (*own, *shared)), default=0)
        return Changes(page, len(page) >= limit and page[-1]["position"] < newest, self.moment(technician))

    def moment(self, technician: UUID) -> Moment:
        """Positions of views and log, and the digests of the technician's devices."""
        log, kept = self._log, self.rows
        digests = [kept.get(DIGESTS, audience) for audience in (technician, SHARED)]
        own, shared = (NOTHING if one is None else Digest(one["count"], one["sum"]) for one in digests)
        return Moment(self.position, log.head(), log.epoch(), own, shared)

    def wait(self, technician: UUID, after: int, seconds: float) -> int | None:
        """Return at once: the position if something has changed, else `None`."""
        changed = seconds > 0 and self.changes(technician, after, 1).rows
        return self.position if changed else None

    @contextmanager
    def holdings(self, technician: UUID) -> Iterator[MemoryHoldings]:
        """All documents of the technician's slice."""
        yield MemoryHoldings(self, technician)

    # sync.ports.Waiting

    def ripe(self, after: Watermark | None, held_before: datetime, overdue: int = 0) -> Found:  # noqa: ARG002 - all
        """As `projections.access.operation_queries` answers, with all that wait for too long at once."""
        rows = [row for row in self.rows.rows(OPERATIONS) if row["status"] == "held"]
        ripe = {
            group_key(row)
            for row in rows
            if row["recorded_at"] <= held_before
            or (after is not None and row["text_position"] > after.views)
            or any(self._has_moved(UUID(need), after) for need in row["needs"])
        }
        return Found(
            Watermark(self._log.head(), self.position), held_groups(row for row in rows if group_key(row) in ripe)
        )

    def _has_moved(self, need: UUID, after: Watermark | None) -> bool:
        """Whether an operation may have been recorded after this position; without one, whether it has arrived."""
        known = self._log.operations
        if after is None:
            return known.first(need) is not None or bool(known.events_of(need))
        if any(
            after.log < event.position and event.topic not in QUARANTINED_OR_HELD for event in known.events_of(need)
        ):
            return True
        rows = self.rows.where(OPERATIONS, operation=need)
        return any(row["position"] > after.views and row["status"] not in UNDECIDED for row in rows)


class MemoryHoldings:
    """`sync.ports.Holdings`: what the devices of one technician must hold."""

    def __init__(self, views: MemoryViews, technician: UUID) -> None:
        self._of = {False: views.documents_of(technician), True: views.documents_of(None)}
        self.moment = views.moment(technician)

    def rows(self, after: int) -> list[Row]:
        """All documents, and what is gone behind `after`."""
        return [
            row | {"shared": shared}
            for shared, rows in self._of.items()
            for row in rows
            if row["gone"] is None or row["position"] > after
        ]

    def entries(self, names: Sequence[tuple[bool, str, str]]) -> list[str]:
        """The entries of the documents with these names, by position."""
        wanted = set(names)
        rows = [row for row in self.rows(0) if (row["shared"], row["type"], row["id"]) in wanted]
        return [row["entry"] for row in sorted(rows, key=lambda row: (row["position"], row["type"], row["id"]))]


def fold(log: MemoryLog, rows: MemoryRows, after: int, through: int) -> None:
    """One batch: the events in (after, through]."""
    events = [log.read(event) for event in log.events[after:through] if event.topic in TOPICS]
    REPLAY.fold(events, rows)
    REPLAY.finish(rows, through)


def rebuilt(log: MemoryLog, through: int) -> MemoryRows:
    """The rows of all views out of the first events, in one go."""
    rows = MemoryRows(REPLAY.tables)
    fold(log, rows, 0, through)
    return rows


def with_ties(rows: Sequence[Row], limit: int) -> Sequence[Row]:
    """The first rows up to the limit, and those at the same position as the last of them."""
    if len(rows) <= limit:
        return rows
    last = rows[limit - 1]["position"]
    while limit < len(rows) and rows[limit]["position"] == last:
        limit += 1
    return rows[:limit]


@lru_cache(maxsize=65536)
def entry(kind: str, id: str, hash: str) -> int:  # noqa: A002 - the protocol's words
    """What a document adds to a digest."""
    return int.from_bytes(sha256(f"{kind}\0{id}\0{hash}".encode()).digest()[:16])


def digest(rows: Iterable[Row]) -> dict[str, Any]:
    """The number of documents and the sum of their entries, computed from all rows."""
    there = [entry(row["type"], row["id"], row["hash"]) for row in rows if row["gone"] is None]
    return {"count": len(there), "sum": f"{sum(there) % 2**128:032x}"}


def names(rows: Iterable[Row]) -> dict[tuple[str, str], str]:
    """The hash of each document that is there, by its type and id."""
    return {(row["type"], row["id"]): row["hash"] for row in rows if row["gone"] is None}
