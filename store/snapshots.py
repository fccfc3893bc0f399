"""Snapshots of entities with long streams, so that loading one costs the events since, not all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cache
from typing import Any, get_type_hints
from uuid import UUID

import msgspec
from eventsourcing.persistence import AggregateRecorder, IntegrityError, StoredEvent
from eventsourcing.utils import resolve_topic

from domain.aggregate import Entity
from store.canonical import encode
from store.pool import ConnectionPool
from store.shape import blank


@cache
def state_of(kind: type[Entity]) -> type[msgspec.Struct]:
    """The typed state of an entity class: the attributes annotated on the class itself."""
    hints = {name: hint for name, hint in get_type_hints(kind).items() if name in kind.__annotations__}
    return msgspec.defstruct(
        f"{kind.__name__}State", [(name, hint) for name, hint in hints.items() if not name.isupper()], kw_only=True
    )


class Snapshots:
    """Takes a snapshot every `SNAPSHOT_EVERY` versions of the classes that name that number."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._recorder = SnapshotRecorder(pool)

    def take(self, entities: Iterable[Any]) -> None:
        """Store snapshots of those entities that have come far enough since the last one."""
        due = []
        for entity in entities:
            every = getattr(entity, "SNAPSHOT_EVERY", 0)
            if every and entity.version // every > getattr(entity, "_snapshot_version", 0) // every:
                entity._snapshot_version = entity.version  # noqa: SLF001 - the mark belongs to the snapshots
                state = {name: getattr(entity, name) for name in state_of(entity.__class__).__struct_fields__}
                due.append(StoredEvent(entity.id, entity.version, type(entity).TOPIC, encode(state)))
        for stored in due:
            with suppress(IntegrityError):  # somebody else took the same one
                self._recorder.insert_events([stored])


def restored(stream: UUID, version: int, topic: str, state: str) -> Entity:
    """The entity that a snapshot holds."""
    kind: type[Entity] = resolve_topic(topic)
    entity = blank(kind, stream, version)
    data = msgspec.json.decode(state, type=state_of(kind))
    for name in data.__struct_fields__:
        setattr(entity, name, getattr(data, name))
    entity._snapshot_version = version  # type: ignore[attr-defined]  # noqa: SLF001 - the mark belongs to the snapshots
    return entity


class SnapshotRecorder(AggregateRecorder):
    """Stores states by stream and version, each once."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> None:  # noqa: ARG002
        """Store these states, all or none; raises `IntegrityError` when there is one of that version already."""
        with self._pool.transaction() as cursor:
            for stored in stored_events:
                cursor.execute(
                    "INSERT INTO log.snapshots (stream, version, topic, state) VALUES (%s, %s, %s, %s)",
                    (str(stored.originator_id), stored.originator_version, stored.topic, stored.state.decode()),
                )

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """The states of one stream by version."""
        rows = self._pool.fetch_all(
            f"""
            SELECT stream, version, topic, state FROM log.snapshots
            WHERE stream = %s AND version > coalesce(%s, -1) AND version <= coalesce(%s, 2147483647)
            ORDER BY version {"DESC" if desc else "ASC"}
            LIMIT %s
            """,  # noqa: S608 - the direction is one of two words
            (str(originator_id), gt, lte, limit),
        )
        return [StoredEvent(stream, version, topic, state.encode()) for stream, version, topic, state in rows]
