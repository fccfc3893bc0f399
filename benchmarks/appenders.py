"""The ways of appending events that are compared: one interface, one connection each."""

from __future__ import annotations

from typing import Any, Protocol
from uuid import UUID

import psycopg2
from eventsourcing.persistence import StoredEvent
from psycopg2.extras import execute_values

from benchmarks.library import Library
from benchmarks.place import library_environment
from benchmarks.samples import envelope_of, movement
from domain.stock.stock_movement import StockMovement
from store.canonical import encode
from store.keyring import Keyring
from store.mapper import BodyMapper
from store.pool import ConnectionPool
from store.record import written
from store.recorder import Recorder

PLAIN_TABLE = """
CREATE SCHEMA plain;
CREATE TABLE plain.events (LIKE log.events INCLUDING ALL);
CREATE SEQUENCE plain.position OWNED BY plain.events.position;
ALTER TABLE plain.events ALTER COLUMN position SET DEFAULT nextval('plain.position')
"""
_INSERT = """
INSERT INTO plain.events (stream, version, topic, occurred_at, recorded_at, actor, device, device_seq, operation_id,
    correlation_id, body_at, body_length, record) VALUES %s RETURNING position
"""
_TOPIC = StockMovement.Moved.TOPIC


class Appender(Protocol):
    """One way of appending."""

    def append(self, streams: list[UUID]) -> None:
        """Record one typical event in each of these new streams, all in one transaction."""


class Plain:
    """A program's own INSERT by psycopg2 into a table with the log's columns and indexes, without any lock."""

    def __init__(self, dsn: str, *, autocommit: bool) -> None:
        self._connection = psycopg2.connect(dsn)
        self._connection.autocommit = autocommit
        self._columns = written(_stored(UUID(int=0)), envelope_of(UUID(int=0))).columns
        self._record = record_of(UUID(int=0))

    def append(self, streams: list[UUID]) -> None:
        """BEGIN, INSERT, COMMIT; or the INSERT alone."""
        one = self._columns
        rows = [
            (
                str(stream),
                1,
                _TOPIC,
                one["occurred_at"],
                one["occurred_at"],
                str(one["actor"]),
                str(one["device"]),
                one["device_seq"],
                str(stream),
                None,
                one["body_at"],
                one["body_length"],
                self._record,
            )
            for stream in streams
        ]
        with self._connection.cursor() as cursor:
            execute_values(cursor, _INSERT, rows)
            cursor.fetchall()
        if not self._connection.autocommit:
            self._connection.commit()


class Own:
    """Our recorder, which writes the record from the event's body and its envelope."""

    def __init__(self, dsn: str) -> None:
        self._recorder = Recorder(ConnectionPool(dsn, role="callout_writer", size=1))
        self._body = _stored(UUID(int=0)).state

    def append(self, streams: list[UUID]) -> None:
        """One call of `log.append`."""
        self._recorder.append([(StoredEvent(stream, 1, _TOPIC, self._body), envelope_of(stream)) for stream in streams])


class LibrarysOwn:
    """The library's recorder on psycopg 3; its state holds the whole record, envelope included."""

    def __init__(self, dsn: str) -> None:
        self._app = Library(library_environment(dsn, create=False))
        self._state = record_of(UUID(int=0)).encode()

    def append(self, streams: list[UUID]) -> None:
        """Lock the table, insert, notify."""
        self._app.recorder.insert_events([StoredEvent(stream, 1, _TOPIC, self._state) for stream in streams])


WAYS: dict[str, Any] = {
    "INSERT (psycopg2: BEGIN, INSERT, COMMIT)": lambda dsn: Plain(dsn, autocommit=False),
    "INSERT (psycopg2, autocommit)": lambda dsn: Plain(dsn, autocommit=True),
    "our recorder": Own,
    "the library's recorder (psycopg 3)": LibrarysOwn,
}


def record_of(stream: UUID) -> str:
    """The record of a typical event as the log stores it."""
    parts = written(_stored(stream), envelope_of(stream))
    recorded = encode({"position": 48_211, "recorded_at": parts.columns["occurred_at"]}).decode()[1:-1]
    return parts.head + recorded + parts.tail


def _stored(stream: UUID) -> StoredEvent:
    [event] = movement(stream).collect_events()
    return _MAPPER.to_stored_event(event)


_MAPPER = BodyMapper(Keyring(ConnectionPool(""), b"k" * 32))  # a movement without a note asks for no key
