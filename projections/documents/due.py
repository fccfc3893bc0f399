"""Which documents a batch has to render, gathered while its events are folded."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple
from uuid import UUID
from weakref import WeakKeyDictionary

from domain.recording.recorded import Recorded
from projections.documents.entry import Why, tombstone
from projections.engine.projection import Rows
from projections.engine.table import Row


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


Ask = Callable[[Batch, Share, int], None]
"""Notes in a batch what an event at a position asks for about a document."""


class Due:
    """Documents that something has happened to since they were rendered, each with the position of the last event.

    They are kept beside the rows that they are rendered from: a batch that fails takes both away. What one event asks
    for counts from `settle` on, so that an event which cannot be folded to its end asks for nothing.
    """

    def __init__(self) -> None:
        self._of: WeakKeyDictionary[Rows, Batch] = WeakKeyDictionary()
        self._asked: WeakKeyDictionary[Rows, list[tuple[Share, int, Ask]]] = WeakKeyDictionary()

    def mark(self, event: Recorded, rows: Rows, shares: Iterable[Share]) -> None:
        """These documents are to be rendered."""
        self._asked[rows] += [(share, event.position, _mark) for share in shares]

    def begin(self, event: Recorded, rows: Rows, shares: Iterable[Share]) -> None:
        """These documents are to be rendered, from the first event that asks for it on."""
        self._asked[rows] += [(share, event.position, _begin) for share in shares]

    def withdraw(
        self, event: Recorded, rows: Rows, shares: Iterable[Share], why: Why, ended: Row | None = None
    ) -> None:
        """These documents are gone from their audiences; `ended` are the statuses in which some went, by id."""

        def gone(batch: Batch, share: Share, position: int) -> None:
            batch.due.pop(share, None)
            batch.gone[share] = tombstone(*share, position, why, status=(ended or {}).get(share.id))

        self._asked[rows] += [(share, event.position, gone) for share in shares]

    def begin_event(self, rows: Rows) -> None:
        """An event begins: nothing is asked for yet, whatever became of the one before."""
        self._asked[rows] = []

    def settle(self, rows: Rows) -> None:
        """What the event has asked for counts now."""
        batch = self._of.setdefault(rows, Batch({}, {}))
        for share, position, ask in self._asked.pop(rows):
            ask(batch, share, position)

    def take(self, rows: Rows) -> Batch:
        """All that are to be rendered or put away now."""
        return self._of.pop(rows, Batch({}, {}))


def _mark(batch: Batch, share: Share, position: int) -> None:
    batch.due[share] = position


def _begin(batch: Batch, share: Share, position: int) -> None:
    batch.due.setdefault(share, position)
