"""The shape that every aggregate repeats: what it is, its events, its questions, its commands, its changes."""

from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

from eventsourcing.domain import AggregateCreated, AggregateEvent, BaseAggregate, all_func_decorators, event

__all__ = ["PERSONAL", "Begun", "Entity", "Personal", "PersonalList", "event"]

PERSONAL = "personal"
"""Marks an event's field as a person's words: sealed with that person's key before it is stored."""

Personal = Annotated[str | None, PERSONAL]
"""Text about or by a person; `None` once the person has been erased."""

PersonalList = Annotated[tuple[str, ...] | None, PERSONAL]
"""Several such texts, phone numbers for example."""


class Begun(AggregateCreated):
    """The first event of a stream."""

    PERSON: ClassVar[str] = "originator_id"
    class_version: ClassVar[int] = 1


class Entity(BaseAggregate[UUID]):
    """An aggregate of this house: one stream, made with the id it was given where it happened.

    A public method decides and raises a `Problem`; a private `@event` method changes state and does nothing else.
    Events carry `TOPIC`; those with personal fields name in `PERSON` the field that holds the person's id.
    """

    class Event(AggregateEvent):
        """Something that happened to an entity."""

        PERSON: ClassVar[str] = "originator_id"
        class_version: ClassVar[int] = 1

    def __init_subclass__(cls) -> None:
        """Give every `@event` method called `_` a name of its own.

        The library looks for them in the class, where only the last of several with one name is left.
        """
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
        return cls._create(event_class, id=id, **fields)
