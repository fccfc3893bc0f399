"""What views could not take in while events were folded, gathered so that the rest of the batch goes on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from eventsourcing.persistence import OperationalError

from projections.engine.projection import Projection
from store.errors import Trouble, is_timeout, name_of, trouble_of


class Failure(NamedTuple):
    """An event that a view has not taken in; `because` is this view or the one it needs that could not.

    `error` is the class of the error and the place in the code, without any value.
    """

    view: str
    position: int
    because: str
    error: str


class FoldError(Exception):
    """An event could not be read or folded, where nobody takes note of that and goes on."""

    def __init__(self, projection: str, position: int) -> None:
        super().__init__(f"the view {projection} cannot fold the event at position {position}")
        self.projection = projection
        self.position = position


class RefusedError(Exception):
    """The database refused what views read or wrote in a batch: nothing of the batch is stored.

    `view` is the one whose statement it was, None where that cannot be told from a batch.
    """

    def __init__(self, view: str | None) -> None:
        super().__init__(f"the database refuses what the view {view or '(unknown)'} reads or writes")
        self.view = view


class TimedOutError(OperationalError):
    """A statement of a view has exceeded its time; for whoever does not ask which view's, the database is away."""

    def __init__(self, view: str | None) -> None:
        super().__init__(f"what the view {view or '(unknown)'} reads or writes exceeds its time")
        self.view = view


class Failures:
    """The failures of one batch of these projections.

    `skipped` are views, by name, that leave out every event of this batch, each with the error that made it so; then
    the batch is one event. `splits` says whether whoever folds can fold the batch again in smaller parts.
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
        """The view has left out this event; so what the views say that need it is not right either."""
        for name in self._needing.get(view, [view]):
            known = self._found.get((name, position))
            if known is None or name == view:
                self._found[name, position] = Failure(name, position, view, error)

    def all(self, names: Iterable[str]) -> list[Failure]:
        """The failures of these views, by position."""
        wanted = set(names)
        return sorted((each for each in self._found.values() if each.view in wanted), key=lambda each: each[1::-1])

    def take(self, view: str, position: int, error: Exception) -> None:
        """Note an error that a view has made of an event and that folding can go on after.

        Raises the error when the database is away, `TimedOutError` when a statement has exceeded its time, and
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
