"""The ready documents out of the views: one indexed question a page."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from projections.documents.table import SHARED, page
from projections.past import Views
from projections.table import Row
from store.log import EventLog
from sync.ports import Changes, Digest

NOTHING = Digest(0, "0" * 32)


class ReadyDocuments:
    """Documents as `sync.ports.Documents` asks for them, from PostgreSQL."""

    def __init__(self, log: EventLog, views: Views) -> None:
        self._log = log
        self._views = views

    def changes(self, technician: UUID, after: int | None, limit: int) -> Changes:
        """About `limit` documents of the technician's slice that changed behind `after`; all without it."""
        with self._views.now() as reader:
            through = reader.position
            audiences = (technician, SHARED)
            rows = page(reader, audiences, after=after or 0, upto=through, limit=limit, first=after is None)
        return Changes(rows, through, len(rows) >= limit, self._log.epoch(), NOTHING, NOTHING)

    def wait(self, technician: UUID, after: int | None, seconds: float) -> bool:
        """Whether something has changed behind `after`, given so many seconds to do so."""
        return bool(self._views.wakeups.wait(lambda: self.changes(technician, after, 1).rows, seconds))

    def leaf_rows(self, technician: UUID | None) -> Iterable[Row]:
        """All documents and tombstones of the technician, or of those that all share."""
        raise NotImplementedError
