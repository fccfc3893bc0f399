"""Quarantined and held operations that name an erased customer: the keys of their texts are destroyed too.

A follower with a tracking row of its own looks at each event once: which customers it names by which ids, and which
ids its sealed text names. An erasure then queries an index, so its cost does not depend on what devices have sent.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

import structlog
from eventsourcing.persistence import PersistenceError

from store.errors import is_timeout, reason_of
from store.log import EventLog
from store.text_ids import noted, of_anybody
from store.text_index import TextIndex

FOLLOWER: Final = "erased-operations"
_PAGE: Final = 200
_AGAIN: Final = 50
"""The number of texts not opened so far that are tried again each time."""
_TEXTS: Final = ["device.operation_quarantined", "device.operation_held"]

_log = structlog.get_logger(__name__)


class ErasedOperations:
    """Finds these operations and destroys their keys."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._pool = log.pool
        self._index = TextIndex(log.pool)

    def follow(self, pages: int) -> int:
        """Process at most so many pages of the log; returns the number of keys destroyed.

        Processing a page twice, or concurrently, changes nothing.
        """
        destroyed, moved = 0, False
        for _ in range(pages):
            reached, head = self._reached(), self._log.recorder.max_notification_id() or 0
            if reached >= head:
                break
            through, moved = min(head, reached + _PAGE), True
            destroyed += self._page(reached, through)
            self._move(through)
        return destroyed + (self._try_again() if moved else 0)

    def _page(self, after: int, through: int) -> int:
        """Process (after, through] together, or when that takes too long each event alone."""
        try:
            return self._look(after, through)
        except PersistenceError as error:
            if not is_timeout(error):
                raise
        return sum(self._single(position) for position in range(after + 1, through + 1))

    def _single(self, position: int) -> int:
        """Process one event; a text that takes too long to search counts as naming anybody."""
        try:
            return self._look(position - 1, position)
        except PersistenceError as error:
            rows = self._records([position])
            if not is_timeout(error) or not rows:
                raise
            _log.exception("takes too long to find whom a text names", position=position, reason=reason_of(error))
        texts = [text for text in (of_anybody(*row) for row in rows) if text is not None]
        self._index.note_texts(texts)
        return self._destroy(self._index.leading(texts))

    def _look(self, after: int, through: int) -> int:
        self._index.note_ids(after, through)
        texts = noted(self._log.reader, self._records_between(after, through))
        self._index.note_texts(texts)
        return self._destroy(self._index.led_by_new_ids(after, through) | self._index.leading(texts))

    def _try_again(self) -> int:
        """Open texts whose master key was not available before."""
        positions = self._index.closed(_AGAIN)
        if not positions:
            return 0
        opened = [text for text in noted(self._log.reader, self._records(positions)) if not text.is_closed]
        self._index.note_texts(opened)
        return self._destroy(self._index.leading(opened))

    def _destroy(self, persons: set[UUID]) -> int:
        if not persons:
            return 0
        destroyed = self._log.body_mapper.keyring.destroy(persons)
        self._index.forget(persons)
        return destroyed

    def _records_between(self, after: int, through: int) -> list[tuple[int, str]]:
        rows = self._pool.fetch_all(
            """
            SELECT position, record FROM log.events
            WHERE topic = ANY(%s) AND position > %s AND position <= %s
            ORDER BY position
            """,
            (_TEXTS, after, through),
        )
        return [(int(position), record) for position, record in rows]

    def _records(self, positions: list[int]) -> list[tuple[int, str]]:
        rows = self._pool.fetch_all(
            "SELECT position, record FROM log.events WHERE position = ANY(%s) AND topic = ANY(%s) ORDER BY position",
            (positions, _TEXTS),
        )
        return [(int(position), record) for position, record in rows]

    def _reached(self) -> int:
        row = self._pool.fetch_one("SELECT position FROM log.tracking WHERE name = %s", (FOLLOWER,))
        return int(row[0]) if row else 0

    def _move(self, through: int) -> None:
        self._pool.execute(
            """
            INSERT INTO log.tracking AS t (name, position) VALUES (%s, %s)
            ON CONFLICT (name) DO UPDATE SET position = greatest(t.position, excluded.position)
            """,
            (FOLLOWER, through),
        )
