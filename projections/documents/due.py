"""Which documents a batch has to render, gathered while its events are folded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID
from weakref import WeakKeyDictionary

from projections.documents.entry import Why, tombstone
from projections.documents.table import DOCUMENTS
from projections.projection import Rows
from store.recorded import Recorded


class Share(NamedTuple):
    """One document of one audience."""

    audience: UUID
    type: str
    id: str


class Due:
    """Documents that something has happened to since they were rendered, each with the position of the last event.

    They are kept beside the rows that they are rendered from: a batch that fails takes both away.
    """

    def __init__(self) -> None:
        self._of: WeakKeyDictionary[Rows, dict[Share, int]] = WeakKeyDictionary()

    def mark(self, event: Recorded, rows: Rows, shares: Iterable[Share]) -> None:
        """These documents are to be rendered."""
        due = self._of.setdefault(rows, {})
        for share in shares:
            due[share] = event.position

    def begin(self, event: Recorded, rows: Rows, shares: Iterable[Share]) -> None:
        """These documents are to be rendered, from the first event that asks for it on."""
        due = self._of.setdefault(rows, {})
        for share in shares:
            due.setdefault(share, event.position)

    def withdraw(self, event: Recorded, rows: Rows, shares: Iterable[Share], why: Why) -> None:
        """These documents are gone from their audiences."""
        due = self._of.setdefault(rows, {})
        for share in shares:
            due.pop(share, None)
            rows.put(DOCUMENTS, tombstone(*share, event.position, why))

    def take(self, rows: Rows) -> dict[Share, int]:
        """All that are to be rendered now, with their positions."""
        return self._of.pop(rows, {})
