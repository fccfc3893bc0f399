"""Which documents a batch has to render, gathered while its events are folded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID
from weakref import WeakKeyDictionary

from projections.documents.entry import Why, tombstone
from projections.projection import Rows
from projections.table import Row
from store.recorded import Recorded


class Share(NamedTuple):
    """One document of one audience."""

    audience: UUID
    type: str
    id: str


class Batch(NamedTuple):
    """What became of documents in one batch: those to be rendered, by position, and the tombstones of those gone.

    One that came back after it was gone is in both.
    """

    due: dict[Share, int]
    gone: dict[Share, Row]


class Due:
    """Documents that something has happened to since they were rendered, each with the position of the last event.

    They are kept beside the rows that they are rendered from: a batch that fails takes both away.
    """

    def __init__(self) -> None:
        self._of: WeakKeyDictionary[Rows, Batch] = WeakKeyDictionary()

    def mark(self, event: Recorded, rows: Rows, shares: Iterable[Share]) -> None:
        """These documents are to be rendered."""
        due = self._batch(rows).due
        for share in shares:
            due[share] = event.position

    def begin(self, event: Recorded, rows: Rows, shares: Iterable[Share]) -> None:
        """These documents are to be rendered, from the first event that asks for it on."""
        due = self._batch(rows).due
        for share in shares:
            due.setdefault(share, event.position)

    def withdraw(self, event: Recorded, rows: Rows, shares: Iterable[Share], why: Why) -> None:
        """These documents are gone from their audiences."""
        batch = self._batch(rows)
        for share in shares:
            batch.due.pop(share, None)
            batch.gone[share] = tombstone(*share, event.position, why)

    def take(self, rows: Rows) -> Batch:
        """All that are to be rendered or put away now."""
        return self._of.pop(rows, Batch({}, {}))

    def _batch(self, rows: Rows) -> Batch:
        return self._of.setdefault(rows, Batch({}, {}))
