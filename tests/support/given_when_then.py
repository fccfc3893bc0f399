"""Given these events, when a method is called, then these events: helpers for tests of the domain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from domain.kernel.aggregate import Entity

E = TypeVar("E", bound=Entity)
OF_THE_LIBRARY = {"originator_id", "originator_version", "originator_topic", "timestamp"}
_given_versions: dict[UUID, int] = {}


def given(entity: E, *acts: Callable[[E], object]) -> E:
    """The entity after these acts; what they recorded is history and not part of `then`."""
    for act in acts:
        act(entity)
    _given_versions[entity.id] = entity.version
    return entity


def then(entity: Entity) -> list[tuple[str, dict[str, Any]]]:
    """Topic and fields (those not None) of what was recorded since `given`, which replays to the same state."""
    events: Sequence[Any] = entity.pending_events
    again: Any = None
    for happened in events:
        again = happened.mutate(again)
    assert state(again) == state(entity), "the events do not replay to the state that they were made from"
    return [(happened.TOPIC, fields(happened)) for happened in events[_given_versions.get(entity.id, 0) :]]


def fields(happened: Any) -> dict[str, Any]:
    """The fields of an event's own class that are not None."""
    return {name: value for name, value in vars(happened).items() if name not in OF_THE_LIBRARY and value is not None}


def state(entity: Entity) -> dict[str, Any]:
    """The attributes of an entity, apart from its pending events."""
    return {name: value for name, value in vars(entity).items() if name != "_pending_events"}
