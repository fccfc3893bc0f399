"""Loading entities from the log: each stream's newest snapshot and the events since, in one query."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

import msgspec
from eventsourcing.domain import OriginatorVersionError
from eventsourcing.utils import resolve_topic

from domain.kernel.aggregate import Entity
from domain.kernel.walk import Moment, Walked
from store.keyring import Key
from store.mapper import Body, BodyMapper, decode_body
from store.pool import ConnectionPool, Row
from store.shape import Shape, blank, shape_of
from store.snapshots import restored, sealed_in

# One text with a line per event arrives in a fraction of the time of as many rows: neither topics nor bodies have line
# breaks, and the fields before a body have no blanks. Asked stream by stream, the planner never reads a whole table for
# many of them. The author's read position matters to replies only.
_QUERY = """
SELECT wanted.stream, s.version, s.topic, s.state, e.version, e.lines,
    (SELECT occurred_at FROM log.events WHERE events.stream = wanted.stream AND events.version = 1)
FROM unnest(%s::uuid[]) AS wanted (stream)
LEFT JOIN LATERAL (
    SELECT version, topic, state FROM log.snapshots
    WHERE snapshots.stream = wanted.stream AND %s
    ORDER BY version DESC
    LIMIT 1
) AS s ON true
LEFT JOIN LATERAL (
    SELECT max(version) AS version,
        string_agg(
            topic || ' ' || position || ',' || (extract(epoch FROM occurred_at) * 1000000)::bigint || ','
                || coalesce(device::text, '') || ',' || coalesce(operation_id::text, '') || ','
                || CASE topic WHEN 'visit.accepted' THEN coalesce(record::json ->> 'seen_position', '') ELSE '' END
                || ' '
                || substr(record, body_at, body_length),
            E'\\n' ORDER BY version
        ) AS lines
    FROM log.events
    WHERE events.stream = wanted.stream AND events.version > coalesce(s.version, 0)
) AS e ON true
WHERE s.version IS NOT NULL OR e.version IS NOT NULL
"""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class _Snapshot(NamedTuple):
    """The state of an entity at some version."""

    version: int
    topic: str
    state: str


class _History(NamedTuple):
    """A stream: its newest snapshot, current version, beginning, and the events since the snapshot.

    Events that do not change the entity have no body here, since it is not needed. The moment of an event is read where
    the entity's status depends on it.
    """

    stream: UUID
    snapshot: _Snapshot | None
    version: int
    begun_at: datetime | None
    events: list[tuple[Shape, Body | None, str]]


class Loader:
    """Loads entities by the ids of their streams."""

    def __init__(self, pool: ConnectionPool, mapper: BodyMapper) -> None:
        self._pool = pool
        self._mapper = mapper

    def load(self, streams: Iterable[UUID]) -> dict[UUID, Entity]:
        """The current entities of these streams, as far as they exist.

        Personal texts that no entity keeps are not opened.
        """
        return self._load(dict.fromkeys(streams), snapshots=True)

    def _load(self, streams: Iterable[UUID], *, snapshots: bool) -> dict[UUID, Entity]:
        wanted = [str(stream) for stream in streams]
        histories = [_history(row) for row in self._pool.fetch_all(_QUERY, (wanted, snapshots))]
        sealed = [
            body for history in histories for shape, body, _ in history.events if body is not None and shape.opens
        ]
        taken = [history.stream for history in histories if history.snapshot and _seals(history.snapshot)]
        keys = self._mapper.opening_keys(sealed, taken)
        loaded, anew = {}, []
        for history in histories:
            try:
                loaded[history.stream] = self._replayed(history, keys)
            except msgspec.ValidationError:
                if history.snapshot is None:
                    raise
                anew.append(history.stream)  # the snapshot has another shape of the class
        return loaded | (self._load(anew, snapshots=False) if anew else {})

    def _replayed(self, history: _History, keys: dict[UUID, Key]) -> Entity:
        """Replays events as the library does, without creating event objects and with its checks made once."""
        mapper, stream, entity = self._mapper, history.stream, None
        if history.snapshot is not None:
            entity = restored(stream, *history.snapshot, keys.get(stream))
        version = 0 if entity is None else entity.version
        for shape, body, moment in history.events:
            version += 1
            if body is not None:
                data = mapper.data_of(shape, body, keys)
                if shape.begins is not None:
                    entity = blank(shape.begins, stream)
                if isinstance(entity, Walked):
                    entity.set_moment(_moment(moment))
                if shape.change is not None:
                    shape.change(entity, **{name: getattr(data, name) for name in shape.takes})
            assert entity is not None, "a stream begins with the event that makes its entity"
            entity.version = version
        assert entity is not None, "a stream has a snapshot or events"
        if version != history.version:
            raise OriginatorVersionError(history.version, version)
        if isinstance(entity, Walked):
            entity.set_moment(None)
        entity.begun_at = history.begun_at
        return entity


def _seals(snapshot: _Snapshot) -> bool:
    return bool(sealed_in(resolve_topic(snapshot.topic)))


def _history(row: Row) -> _History:
    stream, taken_at, topic, state, version, lines, begun_at = row
    snapshot = None if taken_at is None else _Snapshot(taken_at, topic, state)
    events = [] if lines is None else [_event(line) for line in lines.split("\n")]
    return _History(stream, snapshot, version or taken_at, begun_at and begun_at.astimezone(UTC), events)


def _event(line: str) -> tuple[Shape, Body | None, str]:
    topic, rest = line.split(" ", 1)
    moment, body = rest.split(" ", 1)
    shape = shape_of(resolve_topic(topic))
    return shape, decode_body(body) if shape.change is not None else None, moment


def _moment(text: str) -> Moment:
    """The moment in the head of a record: position, microseconds since 1970, device, operation, read position."""
    position, at, device, operation, seen = text.split(",")
    return Moment(
        _EPOCH + timedelta(microseconds=int(at)),
        UUID(device) if device else None,
        UUID(operation) if operation else None,
        int(seen) if seen else None,
        int(position),
    )
