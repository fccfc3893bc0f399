"""Documents due for rendering, collected while a batch of events is folded."""

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
    """The documents of one batch: those to be rendered, by position, and the tombstones.

    A document that was withdrawn and then marked again is in both.
    """

    due: dict[Share, int]
    gone: dict[Share, Row]


Ask = Callable[[Batch, Share, int], None]
"""Notes in a batch what an event at a position requires of a document."""


class Due:
    """Documents changed since they were rendered, each with the position of the last event.

    They are kept beside the rows that they are rendered from: a batch that fails discards both. The marks of one event
    count from `settle` on, so that an event whose fold fails leaves none.
    """

    def __init__(self) -> None:
        self._of: WeakKeyDictionary[Rows, Batch] = WeakKeyDictionary()
        self._asked: WeakKeyDictionary[Rows, list[tuple[Share, int, Ask]]] = WeakKeyDictionary()

    def mark(self, event: Recorded, rows: Rows, shares: Iterable[Share]) -> None:
        """Mark these documents for rendering."""
        self._asked[rows] += [(share, event.position, _mark) for share in shares]

    def begin(self, event: Recorded, rows: Rows, shares: Iterable[Share]) -> None:
        """Mark these documents for rendering, at the position of the first event that marks them."""
        self._asked[rows] += [(share, event.position, _begin) for share in shares]

    def withdraw(
        self, event: Recorded, rows: Rows, shares: Iterable[Share], why: Why, ended: Row | None = None
    ) -> None:
        """Remove these documents from their audiences; `ended` are the final statuses of some, by id."""

        def gone(batch: Batch, share: Share, position: int) -> None:
            batch.due.pop(share, None)
            batch.gone[share] = tombstone(*share, position, why, status=(ended or {}).get(share.id))

        self._asked[rows] += [(share, event.position, gone) for share in shares]

    def begin_event(self, rows: Rows) -> None:
        """Begin an event: discard unsettled marks."""
        self._asked[rows] = []

    def settle(self, rows: Rows) -> None:
        """Settle the marks of the event."""
        batch = self._of.setdefault(rows, Batch({}, {}))
        for share, position, ask in self._asked.pop(rows):
            ask(batch, share, position)

    def take(self, rows: Rows) -> Batch:
        """All settled documents; the batch is empty afterwards."""
        return self._of.pop(rows, Batch({}, {}))


def _mark(batch: Batch, share: Share, position: int) -> None:
    batch.due[share] = position


def _begin(batch: Batch, share: Share, position: int) -> None:
    batch.due.setdefault(share, position)
