"""Snapshots of entities with long streams, so that loading one costs the events since, not all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from copy import copy
from functools import cache
from typing import Any, get_type_hints
from uuid import UUID

import msgspec
from eventsourcing.persistence import AggregateRecorder, IntegrityError, StoredEvent
from eventsourcing.utils import resolve_topic

from domain.kernel.aggregate import Entity
from store.canonical import encode
from store.keyring import Key, Keyring
from store.pool import ConnectionPool
from store.sealing import seal, unseal
from store.shape import blank


@cache
def state_of(kind: type[Entity]) -> type[msgspec.Struct]:
    """The typed state of an entity class: the attributes annotated on the class itself, or on its `SNAPSHOT_STATE`."""
    described = getattr(kind, "SNAPSHOT_STATE", kind)
    hints = {name: hint for name, hint in get_type_hints(described).items() if name in described.__annotations__}
    fields = [(name, str | None if name in sealed_in(kind) else hint) for name, hint in hints.items()]
    return msgspec.defstruct(
        f"{kind.__name__}State", [(name, hint) for name, hint in fields if not name.isupper()], kw_only=True
    )


def sealed_in(kind: type[Entity]) -> Mapping[str, Any]:
    """The attributes that hold personal data of the stream's person, and their values once these are erased."""
    gone: Mapping[str, Any] = getattr(kind, "SNAPSHOT_SEALS", {})
    return gone


class Snapshots:
    """Takes a snapshot every `SNAPSHOT_EVERY` versions of the classes that have that attribute.

    Attributes in `SNAPSHOT_SEALS` are sealed with the person's key.
    """

    def __init__(self, pool: ConnectionPool, keyring: Keyring) -> None:
        self._recorder = SnapshotRecorder(pool)
        self._keyring = keyring

    def take(self, entities: Iterable[Any]) -> None:
        """Store snapshots of those entities with enough new versions since the last one."""
        due = []
        for entity in entities:
            every = getattr(entity, "SNAPSHOT_EVERY", 0)
            if every and entity.version // every > getattr(entity, "_snapshot_version", 0) // every:
                entity._snapshot_version = entity.version  # noqa: SLF001 - the mark belongs to the snapshots
                state = {name: getattr(entity, name) for name in state_of(entity.__class__).__struct_fields__}
                state |= self._sealed(entity)
                due.append(StoredEvent(entity.id, entity.version, type(entity).TOPIC, encode(state)))
        for stored in due:
            with suppress(IntegrityError):  # another process has taken the same one
                self._recorder.insert_events([stored])

    def _sealed(self, entity: Any) -> dict[str, str | None]:
        names = sealed_in(entity.__class__)
        key = self._keyring.sealing_key(entity.id) if names else None
        if key is None:
            return dict.fromkeys(names)
        return {name: seal(key, encode(getattr(entity, name)), _path(entity.__class__, name)) for name in names}


def restored(stream: UUID, version: int, topic: str, state: str, key: Key | None) -> Entity:
    """The entity in a snapshot, its personal data opened with the key, or removed without it.

    Raises `msgspec.ValidationError` when the class has another shape by now: then its events are needed.
    """
    kind: type[Entity] = resolve_topic(topic)
    entity = blank(kind, stream, version)
    data = msgspec.json.decode(state, type=state_of(kind))
    for name in data.__struct_fields__:
        setattr(entity, name, getattr(data, name))
    for name, gone in sealed_in(kind).items():
        sealed = getattr(data, name)
        text = None if sealed is None or key is None else unseal(key, sealed, _path(kind, name))
        setattr(entity, name, copy(gone) if text is None else msgspec.json.decode(text, type=_hint(kind, name)))
    entity._snapshot_version = version  # type: ignore[attr-defined]  # noqa: SLF001 - the mark belongs to the snapshots
    return entity


def _path(kind: type[Entity], name: str) -> str:
    return f"{kind.TOPIC}/snapshot/{name}"  # type: ignore[attr-defined]  # each class of entities has one


@cache
def _hint(kind: type[Entity], name: str) -> Any:
    return get_type_hints(kind)[name]


class SnapshotRecorder(AggregateRecorder):
    """Stores states by stream and version, each once."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> None:  # noqa: ARG002
        """Store these states, all or none; raises `IntegrityError` when one of that version exists already."""
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
