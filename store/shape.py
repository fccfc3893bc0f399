"""The shape of an event class: which fields are its own, which are personal, and how they are typed."""

from __future__ import annotations

import sys
from functools import cache
from typing import Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints

import msgspec
from eventsourcing.domain import CanInitAggregate

from domain.aggregate import PERSONAL

_ENVELOPED = frozenset({"originator_id", "originator_version", "timestamp", "originator_topic", "originator_id_type"})


class Shape(NamedTuple):
    """How the events of one class are written down. `struct` has every own field, personal ones default to `None`."""

    event_class: type
    topic: str
    aggregate_topic: str | None
    schema: int
    struct: type[msgspec.Struct]
    plain: tuple[str, ...]
    personal: dict[str, Any]
    person: str

    def person_of(self, event: Any) -> Any:
        """The id of the person whose words the event holds."""
        return getattr(event, self.person)


def is_personal(hint: Any) -> bool:
    """Whether a field's type marks it as a person's words."""
    return get_origin(hint) is Annotated and PERSONAL in get_args(hint)[1:]


@cache
def shape_of(event_class: type) -> Shape:
    """The shape of an event class, read once from its annotations."""
    hints = get_type_hints(event_class, include_extras=True)
    names = [name for name in event_class.__dataclass_fields__ if name not in _ENVELOPED]  # type: ignore[attr-defined]
    personal = {name: get_args(hints[name])[0] for name in names if is_personal(hints[name])}
    fields: list[Any] = []
    for name in names:
        default = event_class.__dict__.get(name, msgspec.NODEFAULT)
        if name in personal:
            default = None
        fields.append((name, hints[name], default))
    struct = msgspec.defstruct(
        event_class.__qualname__,
        fields,
        kw_only=True,
        rename=lambda name: name.rstrip("_"),
    )
    aggregate_topic = None
    if issubclass(event_class, CanInitAggregate):
        aggregate = getattr(sys.modules[event_class.__module__], event_class.__qualname__.split(".")[0])
        aggregate_topic = str(aggregate.TOPIC)
    return Shape(
        event_class,
        str(event_class.TOPIC),  # type: ignore[attr-defined]
        aggregate_topic,
        int(getattr(event_class, "class_version", 1)),
        struct,
        tuple(name for name in names if name not in personal),
        personal,
        str(getattr(event_class, "PERSON", "originator_id")),
    )
