"""A log with views that are kept up to date: record events, read rows, rebuild and compare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.kernel.aggregate import Entity
from domain.kernel.envelope import Envelope
from projections.catalogue import ensure
from projections.engine.projection import Projection
from projections.engine.projector import Projector
from projections.engine.reader import Reader
from projections.engine.rebuild import rebuild
from projections.engine.replay import with_needs
from projections.engine.views import Views
from store.log import EventLog
from tests.support.logs import NOON, log_on
from tests.support.views import projector_log, rows_in, run_through


class ProjectedLog:
    """A log and some views of it."""

    def __init__(self, log: EventLog, views: EventLog, projections: Iterable[Projection]) -> None:
        self.log = log
        self.projections = with_needs(projections)
        self._views = views
        self._projector = Projector(views, self.projections)
        self.past = Views(views, self.projections)
        ensure(views, self.projections)

    def record(self, *entities: Entity, at: datetime = NOON, **envelope: Any) -> int:
        """Commit what these entities decided; the last position."""
        work = self.log.work()
        added = work.add(Envelope(occurred_at=at, **envelope), *entities)
        return work.commit().base + added

    def erase(self, customer: Entity, *others: UUID) -> None:
        """Destroy the keys and record the erasure, as a customer's erasure does."""
        self.log.body_mapper.keyring.destroy([customer.id, *others])
        self.record(customer)

    @contextmanager
    def seen(self) -> Iterator[Reader]:
        """A reader of the views, after they have folded everything recorded so far."""
        run_through(self._projector)
        with self.past.now() as reader:
            yield reader

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """All rows of all tables as the database writes them."""
        run_through(self._projector)
        return rows_in(self._views, self.projections)

    def check_rebuild(self) -> None:
        """Check that a rebuild gives the rows that are there."""
        kept = self.rows()
        rebuild(self._views, self.projections, [each.name for each in self.projections])
        assert rows_in(self._views, self.projections) == kept

    def contains(self, word: str) -> bool:
        """Whether a word occurs anywhere in the rows."""
        return any(word in row for rows in self.rows().values() for (row,) in rows)


@contextmanager
def projected_log_on(database: str, *projections: Projection) -> Iterator[ProjectedLog]:
    """A log with these views on a fresh database."""
    with log_on(database) as log, projector_log(database) as views:
        projected = ProjectedLog(log, views, projections)
        try:
            yield projected
        finally:
            projected.past.close()
