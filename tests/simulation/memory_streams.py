"""The streams of the log in memory: versions, events, and cached entities."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from eventsourcing.domain import DomainEventProtocol

from domain.kernel.aggregate import Entity
from domain.kernel.envelope import Envelope
from domain.kernel.walk import Moment, Walked
from domain.recording.recorded import Recorded


class MemoryStreams:
    """Each stream's events in order. An entity is replayed once and handed out as a copy from then on."""

    def __init__(self) -> None:
        self._events: dict[UUID, list[tuple[Any, Moment]]] = {}
        self._ready: dict[UUID, Entity] = {}

    def load(self, streams: Iterable[UUID]) -> dict[UUID, Entity]:
        """Copies of the entities of these streams, as far as they exist."""
        found = {}
        for stream in streams:
            events = self._events.get(stream)
            if events:
                ready = self._ready.get(stream)
                if ready is None or ready.version != len(events):
                    ready = self._ready[stream] = replayed(events)
                found[stream] = copied(ready)
        return found

    def version(self, stream: UUID) -> int:
        """How many events a stream has, 0 when there is none."""
        return len(self._events.get(stream, ()))

    def keep(self, entities: Iterable[Entity]) -> None:
        """Cache entities that have just been committed."""
        for entity in entities:
            self._ready[entity.id] = copied(entity)

    def collide(self, events: Sequence[DomainEventProtocol[UUID]]) -> bool:
        """Whether one of these has the version of another event of its stream, in the log or among them."""
        places = {(event.originator_id, event.originator_version) for event in events}
        return len(places) < len(events) or any(version <= self.version(stream) for stream, version in places)

    def append(self, events: Sequence[DomainEventProtocol[UUID]], recorded: Sequence[Recorded]) -> None:
        """Append events to their streams."""
        for event, record in zip(events, recorded, strict=True):
            stream = self._events.setdefault(event.originator_id, [])
            assert event.originator_version == len(stream) + 1, "versions of a stream have no gap"
            envelope = record.envelope
            moment = Moment(
                envelope.occurred_at, envelope.device, envelope.operation_id, envelope.seen_position, record.position
            )
            stream.append((event, moment))

    def cut(self, left: Sequence[Recorded]) -> None:
        """Keep only what these events of the log are."""
        versions: dict[UUID, int] = {}
        for event in left:
            versions[event.stream] = event.version
        self._ready = {}
        self._events = {stream: self._events[stream][:version] for stream, version in versions.items()}


def replayed(events: Iterable[tuple[Any, Moment]]) -> Entity:
    """The entity that results from these events, each with its moment."""
    entity: Any = None
    begun_at: datetime | None = None
    for event, moment in events:
        begun_at = begun_at or moment.at
        if isinstance(entity, Walked):
            entity.set_moment(moment)
        entity = event.mutate(entity)
        if isinstance(entity, Walked):
            entity.set_envelope(Envelope(occurred_at=moment.at, **_envelope_fields(moment)), 1)
            entity.set_positions({event.originator_version: moment.position or 0})
            entity.set_moment(None)
    assert isinstance(entity, Entity)
    entity.begun_at = begun_at
    return entity


def _envelope_fields(moment: Moment) -> dict[str, Any]:
    return {"device": moment.device, "operation_id": moment.operation, "seen_position": moment.seen}


def copied(entity: Entity) -> Entity:
    """A copy of an entity, with lists and dicts of its own."""
    copy: Entity = object.__new__(type(entity))
    state = vars(entity).items()
    vars(copy).update({name: value.copy() if isinstance(value, (list, dict)) else value for name, value in state})
    return copy
