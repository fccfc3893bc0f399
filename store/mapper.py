"""Maps events to the body of a record and back; seals personal fields, refuses values that do not round-trip."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import msgspec
import orjson
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, MapperDeserialisationError, StoredEvent
from eventsourcing.utils import get_topic, resolve_topic

from store.canonical import encode
from store.keyring import Key, Keyring
from store.sealing import seal, unseal
from store.shape import Shape, shape_of

_UNTIMED = datetime(1970, 1, 1, tzinfo=UTC)


class Personal(msgspec.Struct, frozen=True):
    """The sealed part of a body: the person, the key id, and the sealed text of each field."""

    person: UUID
    key: str
    sealed: dict[str, str]


class Body(msgspec.Struct, frozen=True):
    """The author's part of a record: the event's own data, its schema version and, apart, the personal fields."""

    data: msgspec.Raw
    schema: int = 1
    personal: Personal | None = None


decode_body = msgspec.json.Decoder(Body).decode


class NotRoundTrippingError(TypeError):
    """The event would be read back with another value."""


class BodyMapper(Mapper[UUID]):
    """The event-sourcing library's mapper, on typed decoding and plain canonical JSON."""

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        """The stored form of an event; raises `NotRoundTrippingError` before anything is written."""
        shape = shape_of(type(domain_event))
        values = vars(domain_event)
        plain, present = {}, []
        for name, member, default in shape.members:
            value = values[name]
            if value is default:
                continue
            present.append((name, value))
            if default is None or default is msgspec.NODEFAULT or value != default:
                plain[member] = value
        try:
            data = encode(plain)
            again = msgspec.json.decode(data, type=shape.struct)
        except (TypeError, ValueError) as error:
            raise NotRoundTrippingError(f"{shape.topic} cannot be written: {error}") from error
        for name, value in present:
            if getattr(again, name) != value or isinstance(value, float):
                raise NotRoundTrippingError(f"{shape.topic}.{name} would be read back as {getattr(again, name)!r}")
        body: dict[str, Any] = {"data": orjson.Fragment(data), "schema": shape.schema}
        if personal := self._sealed(shape, domain_event):
            body["personal"] = personal
        return StoredEvent(domain_event.originator_id, domain_event.originator_version, shape.topic, encode(body))

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        """The domain event; personal fields are `None` once their key has been destroyed."""
        try:
            shape = shape_of(resolve_topic(stored_event.topic))
            body = decode_body(stored_event.state)
            data = self.data_of(shape, body, self.opening_keys([body]))
        except (msgspec.DecodeError, KeyError) as error:
            raise MapperDeserialisationError(f"{stored_event.topic}: {error}") from error
        event: DomainEventProtocol[UUID] = self.event_of(
            shape, data, cast("UUID", stored_event.originator_id), stored_event.originator_version
        )
        return event

    @staticmethod
    def data_of(shape: Shape, body: Body, keys: dict[UUID, Key]) -> Any:
        """The event's own fields as a typed struct, older schema versions upgraded."""
        if body.schema == shape.schema:
            data = msgspec.json.decode(body.data, type=shape.struct)
        else:
            state = msgspec.json.decode(body.data, type=dict[str, Any])
            for version in range(body.schema, shape.schema):
                getattr(shape.event_class, f"upcast_v{version}_v{version + 1}")(state)
            data = msgspec.convert(state, shape.struct)
        personal = body.personal
        if personal is not None and personal.person not in keys:
            for name in shape.personal:  # texts that an older record has in plain text are hidden with the key too
                setattr(data, name, None)
        if personal is not None and (key := keys.get(personal.person)) is not None and key.key_id == personal.key:
            for name, sealed in personal.sealed.items():
                text = unseal(key, sealed, f"{shape.topic}/{name}")
                if text is not None:
                    setattr(data, name, msgspec.json.decode(text, type=shape.personal[name]))
        return data

    @staticmethod
    def event_of(shape: Shape, data: Any, stream: UUID, version: int) -> Any:
        """The domain event with these fields."""
        state = {name: getattr(data, name) for name in shape.struct.__struct_fields__}
        state |= {"originator_id": stream, "originator_version": version, "timestamp": _UNTIMED}
        if shape.begins is not None:
            state["originator_topic"] = get_topic(shape.begins)
        event: Any = object.__new__(shape.event_class)
        object.__setattr__(event, "__dict__", state)
        return event

    def opening_keys(self, bodies: list[Body], persons: Iterable[UUID] = ()) -> dict[UUID, Key]:
        """The keys that open the personal parts of these bodies, and those of these persons, in one query."""
        owners = (body.personal.person for body in bodies if body.personal is not None)
        return self.keyring.opening_keys([*owners, *persons])

    def _sealed(self, shape: Shape, event: Any) -> dict[str, Any] | None:
        words = {name: getattr(event, name) for name in shape.personal if getattr(event, name) is not None}
        if not words:
            return None
        person = shape.person_of(event)
        key = self.keyring.sealing_key(person)
        if key is None:  # the person has been erased: none of their texts is stored any more
            return None
        sealed = {name: seal(key, encode(value), f"{shape.topic}/{name}") for name, value in words.items()}
        return {"person": person, "key": key.key_id, "sealed": sealed}
