"""The base class of projections: the events it folds, its tables, and how an event changes rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Protocol, TypeVar, overload

from domain.recording.recorded import Recorded
from domain.topics import EVENT_CLASSES
from projections.engine.ordered import Order
from projections.engine.table import Key, Row, Table


class Rows(Protocol):
    """The rows that a fold works on: those in memory, then those stored. A fold never holds a connection."""

    def get(self, table: Table, *key: Any) -> Row | None:
        """One row, not copied; change it by `put`."""

    def where(self, table: Table, **equal: Any) -> list[Row]:
        """All rows whose indexed columns equal these values, ordered by key."""

    def span(
        self,
        table: Table,
        order: Order,
        equal: Key,
        *,
        limit: int,
        low: Key = (),
        high: Key = (),
        last: bool = False,
    ) -> list[Row]:
        """At most `limit` rows of a group in an order: those with the values `equal` in the order's group columns.

        From `low` through `high`, both included: values of the first ordering columns; empty is no bound. The first
        ones, or with `last` the last ones in reverse. The cost depends on the rows found only.
        """

    def preload(self, touched: Iterable[tuple[Table, Key]]) -> None:
        """Load rows that will be read, with one query per table."""

    def put(self, table: Table, row: Row) -> None:
        """Store a row, replacing the one with its key; to an append-only table it is added."""

    def delete(self, table: Table, *key: Any) -> None:
        """Delete a row, if it exists."""

    def mark(self) -> None:
        """Set a savepoint, replacing the one before."""

    def undo(self) -> None:
        """Roll back to the savepoint."""

    def note_unrendered(self, position: int, error: Exception) -> None:
        """Note, in `finish`, that a document due for the event at this position cannot be rendered; others can.

        Not for errors of the database, which end the batch and have to be raised.
        """

    def take_unrendered(self) -> list[tuple[int, Exception]]:
        """The errors noted since the last call."""


class _Event(Protocol):
    """An event class with a lasting topic."""

    TOPIC: ClassVar[str]


P = TypeVar("P")
A = TypeVar("A", bound=_Event)
B = TypeVar("B", bound=_Event)
C = TypeVar("C", bound=_Event)
D = TypeVar("D", bound=_Event)
E = TypeVar("E")
Fold = Callable[[Any, Recorded[Any], Rows], None]


class _Mark(Protocol[E]):
    def __call__(self, fold: Callable[[P, Recorded[E], Rows], None], /) -> Callable[[P, Recorded[E], Rows], None]: ...


@overload
def on(_1: type[A], /) -> _Mark[A]: ...
@overload
def on(_1: type[A], _2: type[B], /) -> _Mark[A | B]: ...
@overload
def on(_1: type[A], _2: type[B], _3: type[C], /) -> _Mark[A | B | C]: ...
@overload
def on(_1: type[A], _2: type[B], _3: type[C], _4: type[D], /) -> _Mark[A | B | C | D]: ...
@overload
def on(*events: type[Any]) -> _Mark[Any]: ...
def on(*events: type[Any]) -> Callable[[Any], Any]:
    """Decorate a method as the fold of these events: `(self, event, rows) -> None`.

    The classes are attributes of an entity (`Visit.Arrived`); raises `TypeError` for any other. `event.data` has the
    union of their types, up to four of them; it has the fields of the class but is no instance of it, so a fold of
    several events compares `event.topic` with a class's `TOPIC`.
    """
    topics = tuple(map(_topic, events))

    def mark(fold: Any) -> Any:
        fold.topics = topics
        return fold

    return mark


def _topic(event: type[Any]) -> str:
    """The lasting topic of an entity's event; raises `TypeError` for any other class."""
    topic: str = getattr(event, "TOPIC", "")
    if EVENT_CLASSES.get(topic) is not event:
        raise TypeError(f"{event!r} is no event of an entity in `domain/topics.py`, so that nothing could be folded.")
    return topic


class Projection:
    """One read model. `needs` are projections whose rows this one reads; they fold each event first.

    `touches` names rows that events will need, so that a live batch loads them with one query per table; others are
    read one by one. `finish` runs once after each batch, for what is rendered from rows.
    """

    name: ClassVar[str]
    tables: ClassVar[tuple[Table, ...]]
    needs: ClassVar[tuple[Projection, ...]] = ()
    version: ClassVar[int] = 1
    folds: ClassVar[dict[str, Fold]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Collect the folds by topic."""
        super().__init_subclass__(**kwargs)
        marked = [fold for name in dir(cls) if hasattr(fold := getattr(cls, name), "topics")]
        cls.folds = {topic: fold for fold in marked for topic in fold.topics}

    def touches(self, event: Recorded) -> Iterable[tuple[Table, Key]]:  # noqa: ARG002 - most need no hint
        """Rows (table, key) that folding this event will read."""
        return ()

    def fold(self, event: Recorded, rows: Rows) -> None:
        """Change the rows by this event; events of other topics change nothing."""
        fold = self.folds.get(event.topic)
        if fold is not None:
            fold(self, event, rows)

    def finish(self, rows: Rows) -> None:
        """Render what depends on the rows of a whole batch."""
