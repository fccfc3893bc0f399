"""Failures of views to fold events of a batch, collected so that the rest of the batch continues."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from eventsourcing.persistence import OperationalError

from projections.engine.projection import Projection
from store.errors import Trouble, is_timeout, name_of, trouble_of


class Failure(NamedTuple):
    """An event that a view could not fold; `because` is this view, or the one it needs that failed.

    `error` is the class of the error and its place in the code, without values.
    """

    view: str
    position: int
    because: str
    error: str


class FoldError(Exception):
    """An event could not be read or folded, and the caller collects no failures."""

    def __init__(self, projection: str, position: int) -> None:
        super().__init__(f"the view {projection} cannot fold the event at position {position}")
        self.projection = projection
        self.position = position


class RefusedError(Exception):
    """The database refused a statement of a view: nothing of the batch is stored.

    `view` is the one whose statement it was, None where a batch does not show that.
    """

    def __init__(self, view: str | None) -> None:
        super().__init__(f"the database refuses what the view {view or '(unknown)'} reads or writes")
        self.view = view


class TimedOutError(OperationalError):
    """A statement of a view has exceeded its time limit; callers that ignore `view` treat it as an outage."""

    def __init__(self, view: str | None) -> None:
        super().__init__(f"what the view {view or '(unknown)'} reads or writes exceeds its time")
        self.view = view


class Failures:
    """The failures of one batch of these projections.

    `skipped` are views, by name, that leave out every event of this batch, each with the error that caused it; then
    the batch is one event. `splits` is whether the caller can fold the batch again in smaller parts.
    """

    def __init__(
        self, projections: Iterable[Projection], skipped: Mapping[str, str] | None = None, *, splits: bool = False
    ) -> None:
        self._needing: dict[str, list[str]] = {}
        for projection in projections:
            for name in _names(projection):
                self._needing.setdefault(name, []).append(projection.name)
        self.skipped = dict(skipped or {})
        self.splits = splits
        self._found: dict[tuple[str, int], Failure] = {}

    def add(self, view: str, position: int, error: str) -> None:
        """Note that the view has left out this event, and with it the views that need it."""
        for name in self._needing.get(view, [view]):
            known = self._found.get((name, position))
            if known is None or name == view:
                self._found[name, position] = Failure(name, position, view, error)

    def all(self, names: Iterable[str]) -> list[Failure]:
        """The failures of these views, by position."""
        wanted = set(names)
        return sorted((each for each in self._found.values() if each.view in wanted), key=lambda each: each[1::-1])

    def take(self, view: str, position: int, error: Exception) -> None:
        """Note an error of a view at an event, after which folding can continue.

        Raises the error when the database is unavailable, `TimedOutError` when a statement has exceeded its time, and
        `RefusedError` when the database has refused one: each ends the transaction.
        """
        match trouble_of(error):
            case Trouble.AWAY:
                if is_timeout(error):
                    raise TimedOutError(view) from error
                raise error
            case Trouble.REFUSED | Trouble.TABLE:
                raise RefusedError(view) from error
            case Trouble.CODE:
                self.add(view, position, name_of(error))


def _names(projection: Projection) -> set[str]:
    """The name of a projection and of all that it needs."""
    return {projection.name}.union(*(_names(each) for each in projection.needs))
