"""What a projection is: the events it takes, the tables it owns, and how an event changes rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Protocol, TypeVar, overload

from domain.recording.recorded import Recorded
from domain.topics import EVENT_CLASSES
from projections.engine.ordered import Order
from projections.engine.table import Key, Row, Table


class Rows(Protocol):
    """The rows a fold works on: those in memory first, then those stored. A fold never holds a connection."""

    def get(self, table: Table, *key: Any) -> Row | None:
        """A copy-free view of one row; change it by `put`."""

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
        """At most `limit` rows of a group in an order: those with the values `equal` in the order's equal columns.

        From `low` through `high`, both included, which give the first of the ordering columns; nothing is no bound.
        The first ones in order, with `last` the last ones backwards. It costs what it finds, however many there are.
        """

    def preload(self, touched: Iterable[tuple[Table, Key]]) -> None:
        """These rows will be read: have them ready, with one query a table."""

    def put(self, table: Table, row: Row) -> None:
        """Store a row, new or in the place of the one with its key; into an append-only table: add it."""

    def delete(self, table: Table, *key: Any) -> None:
        """Remove a row, if it is there."""

    def mark(self) -> None:
        """Be able to come back to the rows as they are now; forgets the mark before."""

    def undo(self) -> None:
        """Have the rows as they were at the last mark."""

    def spoil(self, position: int, error: Exception) -> None:
        """Note, in `finish`, that what the event at this position asks for cannot be rendered; the rest can.

        Not for an error of the database, which ends the batch: let that out.
        """

    def take_spoilt(self) -> list[tuple[int, Exception]]:
        """What could not be rendered since this was last asked."""


class _Event(Protocol):
    """An event's class, which has a lasting topic."""

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
    """Mark a method as the fold of these events: `(self, event, rows) -> None`.

    The classes are those of an entity, as its attributes (`Visit.Arrived`); raises `TypeError` for any other.
    `event.data` has the union of their types, as far as there are not more than four; it has the fields of the class
    and is no instance of it, so that a fold of several events compares `event.topic` with a class's `TOPIC`.
    """
    topics = tuple(map(_topic, events))

    def mark(fold: Any) -> Any:
        fold.topics = topics
        return fold

    return mark


def _topic(event: type[Any]) -> str:
    """The lasting topic of an entity's event; raises `TypeError` for a class that is none."""
    topic: str = getattr(event, "TOPIC", "")
    if EVENT_CLASSES.get(topic) is not event:
        raise TypeError(f"{event!r} is no event of an entity in `domain/topics.py`, so that nothing could be folded.")
    return topic


class Projection:
    """One read model. `needs` are projections whose rows this one reads; they fold each event first.

    `touches` names rows that events are about to need, so that a live batch reads them with one query a table;
    what it leaves out is read one by one. `finish` runs once behind a batch, for what is rendered from rows.
    """

    name: ClassVar[str]
    tables: ClassVar[tuple[Table, ...]]
    needs: ClassVar[tuple[Projection, ...]] = ()
    version: ClassVar[int] = 1
    folds: ClassVar[dict[str, Fold]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Gather the folds by topic."""
        super().__init_subclass__(**kwargs)
        marked = [fold for name in dir(cls) if hasattr(fold := getattr(cls, name), "topics")]
        cls.folds = {topic: fold for fold in marked for topic in fold.topics}

    def touches(self, event: Recorded) -> Iterable[tuple[Table, Key]]:  # noqa: ARG002 - most need no hint
        """Rows (table, key) that folding this event will read."""
        return ()

    def fold(self, event: Recorded, rows: Rows) -> None:
        """Change the rows as this event says; events of other topics change nothing."""
        fold = self.folds.get(event.topic)
        if fold is not None:
            fold(self, event, rows)

    def finish(self, rows: Rows) -> None:
        """Render what depends on the rows of a whole batch."""
