"""Waiting for changes of a slice: one thread and one query per process, however many callers wait."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock
from uuid import UUID

from projections.documents.table import SHARED
from projections.engine.views import Views

_NEWS = """
    SELECT c.position, d.audience, d.position
    FROM log.checkpoints c LEFT JOIN document_digests d ON d.position > %s
    WHERE c.name = 'documents'
    """


class Watch:
    """Knows the position of the newest document of every audience, and wakes up callers when theirs has a newer one.

    A waiting caller occupies a thread and nothing else. While none waits, nothing is read.
    """

    def __init__(self, views: Views) -> None:
        self._views = views
        self._lock = Lock()
        self._asking = Lock()
        self._stale = True
        self._seen = 0
        self._newest: dict[UUID, int] = {}
        self._waiting: dict[UUID, set[Event]] = {}
        views.wakeups.subscribe(self._moved, self._closed)

    def wait(self, technician: UUID, after: int, seconds: float) -> int | None:
        """The position of the documents, as soon as something in the technician's slice is newer than `after`.

        None after `seconds` without a change, and when the process ends.
        """
        deadline = time.monotonic() + seconds
        with self._waits(technician) as woken:
            if self._stale:
                self._look(anew=False)
            while True:
                woken.clear()
                with self._lock:
                    newest = max(self._newest.get(technician, 0), self._newest.get(SHARED, 0))
                    seen = self._seen
                if newest > after:
                    return seen
                if self._views.wakeups.stopped or not woken.wait(max(0.0, deadline - time.monotonic())):
                    return None

    @property
    def waiting(self) -> int:
        """The number of callers that wait now."""
        with self._lock:
            return sum(len(waiting) for waiting in self._waiting.values())

    @contextmanager
    def _waits(self, technician: UUID) -> Iterator[Event]:
        self._views.wakeups.start()
        woken = Event()
        with self._lock:
            self._waiting.setdefault(technician, set()).add(woken)
        try:
            yield woken
        finally:
            with self._lock:
                self._waiting[technician].discard(woken)
                if not self._waiting[technician]:
                    del self._waiting[technician]

    def _moved(self) -> None:
        """The views have moved, or may have: called by the listening thread."""
        with self._lock:
            self._stale = self._stale or not self._waiting
            nobody = not self._waiting
        if not nobody:
            self._look(anew=True)

    def _closed(self) -> None:
        with self._lock:
            for waiting in self._waiting.values():
                for woken in waiting:
                    woken.set()

    def _look(self, *, anew: bool) -> None:
        """Find the audiences with changes and wake up their callers; all callers when shared documents changed.

        Unless `anew`, does nothing when another thread has just done it.
        """
        with self._asking:
            with self._lock:
                seen = self._seen
                if not anew and not self._stale:
                    return
            rows = self._views.ask(_NEWS, (seen,))
            through = rows[0][0] if rows else 0
            if through < seen:  # the log was restored, or the views are being rebuilt: positions read before are void
                rows = self._views.ask(_NEWS, (0,))
                through = rows[0][0] if rows else 0
                seen = 0
            with self._lock:
                if seen == 0:
                    self._newest.clear()
                self._stale, self._seen = False, through
                news = {audience: position for _, audience, position in rows if audience is not None}
                self._newest.update(news)
                for audience in self._waiting if SHARED in news else news:
                    for woken in self._waiting.get(audience, ()):
                        woken.set()
