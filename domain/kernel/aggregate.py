"""The base classes of aggregates and their events."""

from collections.abc import Callable
from dataclasses import MISSING, fields
from datetime import datetime
from functools import cache
from inspect import signature
from operator import itemgetter
from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

from eventsourcing.domain import AggregateCreated, AggregateEvent, BaseAggregate, all_func_decorators, event
from eventsourcing.utils import get_topic, resolve_topic

__all__ = ["PERSONAL", "Begun", "Entity", "Personal", "PersonalList", "event"]

PERSONAL = "personal"
"""Marks an event's field as personal text: sealed with that person's key before it is stored."""

Personal = Annotated[str | None, PERSONAL]
"""Text about or by a person; `None` once the person has been erased."""

PersonalList = Annotated[tuple[str, ...] | None, PERSONAL]
"""Several such texts, phone numbers for example."""


class Begun(AggregateCreated):
    """The first event of a stream."""

    PERSON: ClassVar[str] = "originator_id"
    class_version: ClassVar[int] = 1

    def mutate(self, aggregate: Any) -> Any:
        """The entity that begins with this event; as the library does it, but with the parameter names cached."""
        assert aggregate is None, "a stream begins once"
        kind = resolve_topic(self.originator_topic)
        entity = kind.__new__(kind)
        entity.__base_init__(self.originator_id, self.originator_version, self.timestamp)
        entity.__init__(**_taken_by(kind)(vars(self)))
        return entity


@cache
def _fields_of(event_class: type[AggregateCreated]) -> tuple[frozenset[str], dict[str, Any]]:
    """The names of an event's fields, and the defaults of the optional ones."""
    known = {field.name: field.default for field in fields(event_class)}
    return frozenset(known), {name: default for name, default in known.items() if default is not MISSING}


@cache
def _taken_by(kind: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A function that selects those of an event's fields with which an entity of this kind begins."""
    names = tuple(signature(kind.__init__).parameters)[1:]
    if len(names) < 2:  # noqa: PLR2004 - `itemgetter` gives tuples from two on
        return lambda values: {name: values[name] for name in names}
    pick = itemgetter(*names)
    return lambda values: dict(zip(names, pick(values), strict=True))


class Entity(BaseAggregate[UUID]):
    """The base class of aggregates: one stream each, under an id that may be made on a device.

    A public method decides and raises a `Problem`; a private `@event` method changes state and does nothing else.
    Events carry `TOPIC`; those with personal fields name in `PERSON` the field that holds the person's id.
    """

    @property
    def begun_at(self) -> datetime | None:
        """When its first event occurred; None as long as that has no envelope."""
        at: datetime | None = vars(self).get("_begun_at")
        return at

    @begun_at.setter
    def begun_at(self, at: datetime | None) -> None:
        vars(self)["_begun_at"] = at

    class Event(AggregateEvent):
        """Something that happened to an entity."""

        PERSON: ClassVar[str] = "originator_id"
        class_version: ClassVar[int] = 1

    def __init_subclass__(cls) -> None:
        """Take over the events that are nested in base classes, and give every `@event` method called `_` a name.

        The library looks for both in the class itself, and of several methods with one name only the last is left.
        """
        for base in cls.__mro__[1:]:
            if not issubclass(base, BaseAggregate):
                for name, kind in vars(base).items():
                    if isinstance(kind, type) and issubclass(kind, AggregateEvent) and name not in vars(cls):
                        setattr(cls, name, kind)
        for change in all_func_decorators:
            method, what = change.decorated_func, change.given_event_cls
            if what and (method.__module__, method.__qualname__) == (cls.__module__, f"{cls.__qualname__}._"):
                setattr(cls, f"_when_{what.__name__}", change)
        if "_" in cls.__dict__:
            delattr(cls, "_")
        super().__init_subclass__()

    @classmethod
    def begin(cls, event_class: type[AggregateCreated], *, id: UUID, **fields: Any) -> Self:
        """A new entity by its first event, under the id it was given."""
        names, defaults = _fields_of(event_class)
        state = defaults | fields
        state["originator_topic"], state["originator_id"] = get_topic(cls), id
        state["originator_version"], state["timestamp"] = cls.INITIAL_VERSION, event_class.create_timestamp()
        if state.keys() != names:
            event_class(**state)  # raises for missing and unknown fields
        first = object.__new__(event_class)
        vars(first).update(state)  # all at once, which a frozen dataclass does one by one
        entity: Self = first.mutate(None)  # type: ignore[assignment]
        entity.pending_events.append(first)
        return entity
