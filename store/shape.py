"""The shape of an event class: its own fields, the personal ones among them, and their types."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, fields
from datetime import UTC, datetime
from functools import cache
from inspect import signature
from typing import Annotated, Any, Final, NamedTuple, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec
from eventsourcing.domain import CanInitAggregate, decorated_funcs

from domain.kernel.aggregate import PERSONAL, Entity

_ENVELOPED = frozenset({"originator_id", "originator_version", "timestamp", "originator_topic", "originator_id_type"})
_UNTIMED: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Shape(NamedTuple):
    """How the events of one class are stored: a typed struct of every own field, and the defaults.

    Personal fields default to `None`; a plain field with its default value is left out of the record. `members` are the
    plain fields: name, name in the record, default. `begins` is the kind of entity whose streams begin with such an
    event; `change` is the entity's method that it runs, with the fields it `takes`.
    """

    event_class: type
    topic: str
    begins: type[Entity] | None
    schema: int
    struct: type[msgspec.Struct]
    plain: tuple[str, ...]
    members: tuple[tuple[str, str, Any], ...]
    personal: dict[str, Any]
    person: str
    change: Callable[..., None] | None
    takes: tuple[str, ...]

    @property
    def opens(self) -> bool:
        """Whether the entity reads personal fields of the event."""
        return not self.personal.keys().isdisjoint(self.takes)

    def person_of(self, event: Any) -> Any:
        """The id of the person whose data the event holds, or `sealed_under` where it has that: a key of its own."""
        return getattr(event, "sealed_under", getattr(event, self.person))


def is_personal(hint: Any) -> bool:
    """Whether a field's type marks it as personal."""
    return get_origin(hint) is Annotated and PERSONAL in get_args(hint)[1:]


@cache
def shape_of(event_class: type) -> Shape:
    """The shape of an event class, computed once from its annotations."""
    hints = get_type_hints(event_class, include_extras=True)
    names = [member.name for member in fields(event_class) if member.name not in _ENVELOPED]
    personal = {name: get_args(hints[name])[0] for name in names if is_personal(hints[name])}
    defaults = {
        member.name: msgspec.NODEFAULT if member.default is MISSING else member.default
        for member in fields(event_class)
    }
    typed: list[Any] = []
    for name in names:
        default = defaults[name]
        if name in personal:
            default = None
        typed.append((name, hints[name], default))
    struct = msgspec.defstruct(
        event_class.__qualname__,
        typed,
        kw_only=True,
        rename=lambda name: name.rstrip("_"),
    )
    entity = _entity_of(event_class) if issubclass(event_class, CanInitAggregate) else None
    change = entity.__init__ if entity else decorated_funcs.get(event_class)
    plain = tuple(name for name in names if name not in personal)
    takes = tuple(name for name in signature(change).parameters if name in names) if change else ()
    return Shape(
        event_class,
        str(event_class.TOPIC),  # type: ignore[attr-defined]
        entity,
        int(getattr(event_class, "class_version", 1)),
        struct,
        plain,
        tuple((name, name.rstrip("_"), defaults[name]) for name in plain),
        personal,
        str(getattr(event_class, "PERSON", "originator_id")),
        change,
        takes,
    )


def blank(kind: type[Entity], stream: UUID, version: int = Entity.INITIAL_VERSION) -> Entity:
    """An entity that has only an id and a version."""
    entity = kind.__new__(kind)
    entity.__base_init__(originator_id=stream, originator_version=version, timestamp=_UNTIMED)
    return entity


def _entity_of(event_class: type) -> type[Entity]:
    """The entity that begins with this event."""
    for kind in Entity.__subclasses__():
        if event_class in vars(kind).values():
            return kind
    raise LookupError(f"no entity begins with {event_class.__qualname__}")
