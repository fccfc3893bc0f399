"""The ready documents, read from the views: one indexed query a page."""

from __future__ import annotations

from contextlib import AbstractContextManager
from uuid import UUID

from projections.documents.holdings import Holdings, holdings_of
from projections.documents.page import page
from projections.documents.watch import Watch
from projections.engine.views import Views
from sync.ports import Changes


class ReadyDocuments:
    """Documents as `sync.ports.Documents` asks for them, from PostgreSQL."""

    def __init__(self, views: Views) -> None:
        self._views = views
        self._watch = Watch(views)

    def changes(self, technician: UUID, after: int | None, limit: int) -> Changes:
        """About `limit` documents of the technician's slice that changed after the position `after`; all without it."""
        with self._views.bare() as reader:
            return Changes(*page(reader, technician, after=after or 0, limit=limit, first=after is None))

    def wait(self, technician: UUID, after: int, seconds: float) -> int | None:
        """The position of the documents once the slice has changed after `after`; None when `seconds` have passed."""
        return self._watch.wait(technician, after, seconds)

    def holdings(self, technician: UUID) -> AbstractContextManager[Holdings]:
        """All of the technician's slice at one moment."""
        return holdings_of(self._views, technician)
