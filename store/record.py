"""Records: the stored form of an event and its envelope, and reading it back."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import msgspec
from eventsourcing.persistence import StoredEvent
from eventsourcing.utils import resolve_topic
from msgspec.structs import asdict

from domain.kernel.envelope import Envelope
from domain.kernel.instant import format_instant
from domain.recording.recorded import Recorded
from store.canonical import encode
from store.mapper import Body, BodyMapper
from store.shape import shape_of

if TYPE_CHECKING:
    from store.keyring import Key

_AFTER_POSITION = ("role", "seen_position", "signature", "stream", "topic", "version", "zone")


class Record(Envelope, frozen=True, kw_only=True):
    """The stored record, typed: the envelope, stream, version and position, and the body."""

    position: int
    stream: UUID
    version: int
    topic: str
    recorded_at: datetime
    body: Body


decode_record = msgspec.json.Decoder(Record).decode


class Written(NamedTuple):
    """One event as `log.append` takes it: its columns, and the record's canonical text around the position.

    The keys of a record are sorted, and `position` and `recorded_at` are neighbours in that order, so the database
    can insert both between `head` and `tail` when it knows them.
    """

    columns: dict[str, Any]
    head: str
    tail: str


def written(stored: StoredEvent, envelope: Envelope) -> Written:
    """The stored form of an event with its envelope."""
    members = {name: value for name, value in asdict(envelope).items() if value is not None}
    after = {name: members.pop(name) for name in _AFTER_POSITION if name in members}
    after |= {"stream": stored.originator_id, "topic": stored.topic, "version": stored.originator_version}
    members["occurred_at"] = occurred_at = format_instant(envelope.occurred_at)
    actor = members.pop("actor", None)
    body = stored.state.decode()
    begin = '{"body":' if actor is None else f'{{"actor":"{actor}","body":'
    columns = {
        "stream": stored.originator_id,
        "version": stored.originator_version,
        "topic": stored.topic,
        "occurred_at": occurred_at,
        "actor": actor,
        "device": envelope.device,
        "device_seq": envelope.device_seq,
        "operation_id": envelope.operation_id,
        "correlation_id": envelope.correlation_id,
        "body_at": len(begin) + 1,
        "body_length": len(body),
    }
    return Written(
        columns, f"{begin}{body},{encode(members).decode()[1:-1]},", "," + encode(after).decode().removeprefix("{")
    )


class RecordReader:
    """Reads records into `Recorded`, with the keys of all persons of a batch read at once."""

    def __init__(self, mapper: BodyMapper) -> None:
        self._mapper = mapper

    def read(self, texts: list[str]) -> list[Recorded]:
        """Typed events from the records' texts, in the same order."""
        records = [decode_record(text) for text in texts]
        keys = self._mapper.opening_keys([record.body for record in records])
        return [self._recorded(record, keys) for record in records]

    def _recorded(self, record: Record, keys: dict[UUID, Key]) -> Recorded:
        shape = shape_of(resolve_topic(record.topic))
        data = self._mapper.data_of(shape, record.body, keys)
        return Recorded(record.position, record.stream, record.version, record.topic, record.recorded_at, record, data)
