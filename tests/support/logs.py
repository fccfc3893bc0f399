"""A log on a fresh database, and a work order to record in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID, uuid4

from domain.recording.recorded import Recorded
from domain.work.work_order import WorkOrder
from store.keyring import Keyring
from store.log import EventLog
from store.pool import ConnectionPool

NOON = datetime(2026, 11, 20, 12, 0, 0, 120_000, tzinfo=UTC)
WORDS = "The old Wächter boiler at Lindenstraße 7 leaks"


@contextmanager
def log_on(database: str) -> Iterator[EventLog]:
    """The log under the writer's role, with its keyring."""
    writer = ConnectionPool(database, role="callout_writer", size=12)
    keeper = ConnectionPool(database, role="callout_keykeeper", size=2)
    try:
        yield EventLog(writer, Keyring(keeper, b"k" * 32))
    finally:
        writer.close()
        keeper.close()


def opened(customer: UUID | None = None) -> WorkOrder:
    """A work order with a personal text of its customer."""
    return WorkOrder.open(id=uuid4(), number="W-1", customer=customer or uuid4(), priority="high", problem=WORDS)


def records(log: EventLog) -> list[str]:
    """The stored records, in order."""
    return [row[0] for row in log.pool.fetch_all("SELECT record FROM log.events ORDER BY position")]


def read(log: EventLog) -> list[Recorded]:
    """The events as projections get them."""
    return log.reader.read(records(log))
