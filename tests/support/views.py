"""A log under the projector's role, random events for it, and the rows of its views."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from threading import Event, Thread
from time import sleep
from typing import Any
from uuid import UUID

from domain.kernel.envelope import Envelope
from domain.stock.part import Part, PartName
from domain.stock.stock_movement import StockMovement
from projections.engine.projection import Projection
from projections.engine.replay import with_needs
from store.keyring import Keyring
from store.log import EventLog
from store.pool import ConnectionPool
from tests.support.logs import NOON

NAMES = ("Filter", 'Bolt "M8"', "a\\tb\\n\\\\", "tab\tand\nline", "ÄÖ ☃ 'null'", "null", "bell\x07\x1f")


@contextmanager
def projector_log(database: str) -> Iterator[EventLog]:
    """The log as the projector sees it."""
    pool = ConnectionPool(database, role="callout_projector", size=6)
    keeper = ConnectionPool(database, role="callout_keykeeper", size=2)
    try:
        yield EventLog(pool, Keyring(keeper, b"k" * 32))
    finally:
        pool.close()
        keeper.close()


class Warehouse:
    """Records random parts and movements, the same ones for the same seed."""

    def __init__(self, log: EventLog, seed: int = 1) -> None:
        self._log = log
        self._random = Random(seed)
        self._shelves = [self._id() for _ in range(6)]
        self._parts: list[UUID] = []

    def work(self, events: int, *, at_once: int = 20) -> int:
        """Record that many events; the last position."""
        position = 0
        for first in range(0, events, at_once):
            position = self._commit(min(at_once, events - first))
        return position

    def go_on(self) -> None:
        """Record ten more events and sleep for a moment."""
        self.work(10, at_once=10)
        sleep(0.01)

    def _commit(self, events: int) -> int:
        work = self._log.work()
        while len(work.events) < events:
            happened = NOON + timedelta(seconds=self._random.randrange(10_000))
            work.add(Envelope(occurred_at=happened), self._next(work))
        appended = work.commit()
        return appended.base + events

    def _next(self, work: Any) -> Any:
        dice = self._random.random()
        if not self._parts or dice < 0.05:
            part = Part.register(id=self._id(), number=f"P-{len(self._parts)}", names=self._names(), unit="piece")
            self._parts.append(part.id)
            return part
        if dice < 0.15:
            changed: Part = work.get(Part, self._random.choice(self._parts))
            changed.revise(names=self._names(), tracking="lot", criticality=None, gtins=())
            if not changed.pending_events:
                return self._movement()
            return changed
        return self._movement()

    def _movement(self) -> StockMovement:
        source, target = self._random.sample(self._shelves, 2)
        return StockMovement.record(
            id=self._id(),
            kind="transfer_out",
            part=self._random.choice(self._parts),
            quantity=Decimal(self._random.choice(("1", "2", "0.5"))),
            from_=source,
            to=target,
            reason=self._random.choice((None, *NAMES)),
        )

    def _names(self) -> tuple[PartName, ...]:
        return (PartName("en", self._random.choice(NAMES)),)

    def _id(self) -> UUID:
        return UUID(int=self._random.getrandbits(128), version=4)


def rows_in(
    log: EventLog, projections: Iterable[Projection], schema: str = "views"
) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of these projections' tables as the database writes them, ordered by key."""
    return {
        table.name: log.pool.fetch_all(
            f"SELECT t::text FROM {schema}.{table.name} t ORDER BY {', '.join(table.key)}"  # noqa: S608
        )
        for projection in with_needs(projections)
        for table in projection.tables
    }


@contextmanager
def busy(*works: Any) -> Iterator[list[Exception]]:
    """Threads that call these again and again; the exceptions that they raised."""
    stop = Event()
    wrong: list[Exception] = []

    def go_on(work: Any) -> None:
        while not stop.is_set():
            try:
                work()
            except Exception as error:  # noqa: BLE001 - the test looks at it
                wrong.append(error)
                return

    threads = [Thread(target=go_on, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield wrong
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def run_through(projector: Any) -> int:
    """Run a projector until nothing is new; how many events it processed."""
    return sum(iter(projector.run_once, 0))


def later(seconds: float) -> datetime:
    """An instant some seconds after noon."""
    return NOON + timedelta(seconds=seconds)
