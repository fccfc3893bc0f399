"""The recorder of the event-sourcing library: PostgreSQL through psycopg2, one SQL call per append."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from eventsourcing.persistence import (
    ApplicationRecorder,
    IntegrityError,
    Notification,
    PersistenceError,
    ProcessRecorder,
    StoredEvent,
    Subscription,
    Tracking,
)

from domain.kernel.envelope import Envelope
from domain.kernel.instant import now
from domain.recording.answers import Answer, Appended, OperationKnownError, Turn, TurnTakenError
from domain.recording.backing import Change
from store.append_statement import APPEND, APPEND_SIGNED, holding
from store.canonical import encode
from store.pool import ConnectionPool
from store.record import written
from store.unique_keys import Held, taken_key
from store.wakeup import LogSubscription


class Recorder(ProcessRecorder):
    """Stores events with their envelopes, operation results and tracking, and reads them back in order."""

    def __init__(self, pool: ConnectionPool) -> None:
        self.pool = pool

    def append(
        self,
        events: Sequence[tuple[StoredEvent, Envelope]],
        answers: Sequence[Answer] = (),
        turn: Turn | None = None,
        reads: Mapping[UUID, int] | None = None,
        signed: str | None = None,
        *,
        changes: Sequence[Change] = (),
        held: Held | None = None,
    ) -> Appended:
        """Record everything in one transaction, or nothing; `signed` are rows of signed texts in JSON.

        `changes` run in the same transaction, when it is recorded; so are the unique keys in `held`.

        `reads` are the versions of streams that the decision rests on, 0 for a missing one. Raises
        `OperationKnownError` when one of the operations has been answered before, `TurnTakenError` when the device's
        turn was taken by another push, `IntegrityError` when a stream, written or read, has moved on,
        `OutcomeUnknownError` when the connection was lost before the reply (ask again by operation id), and `KeyTaken`
        when a key belongs to something else.
        """
        plain = [answer._replace(signed=None)._asdict() for answer in answers]
        results = orjson.dumps(plain).decode() if plain else None
        taken = (str(turn.device), turn.incarnation, turn.last, turn.next) if turn else (None, None, None, None)
        read = ([str(stream) for stream in reads], list(reads.values())) if reads else (None, None)
        values: tuple[Any, ...] = (*_rows(events), results, *taken, *read)
        statement = APPEND
        if signed is not None:
            statement, values = APPEND_SIGNED, (*values, signed)
        if held is not None:
            statement, values = holding(statement), (*values, held.as_json())
        try:
            [(outcome, base, recorded, *_)] = self._call(statement, values, changes)
        except PersistenceError as error:
            if (key := taken_key(error, held)) is not None:
                raise key from error
            raise
        if outcome == "known":
            raise OperationKnownError("the operation has been recorded before")
        if outcome == "turn":
            raise TurnTakenError("another push of this device was recorded meanwhile")
        if outcome == "moved":
            raise IntegrityError("a stream that the decision has read was changed in between")
        return Appended(base, recorded)

    def _call(self, statement: str, values: Sequence[Any], changes: Sequence[Change]) -> list[tuple[Any, ...]]:
        if not changes:
            return self.pool.execute(statement, values)
        with self.pool.transaction() as cursor:
            cursor.execute(statement, values)
            rows = cursor.fetchall()
            if rows[0][0] == "recorded":
                for change in changes:
                    change(cursor)
        return rows

    def insert_events(
        self, stored_events: Sequence[StoredEvent], *, tracking: Tracking | None = None, **kwargs: Any
    ) -> Sequence[int]:
        """Called by the library. Keyword arguments: `envelopes` (one per event), `answers`, `turn`."""
        envelopes = kwargs.get("envelopes") or [Envelope(occurred_at=now())] * len(stored_events)
        events = list(zip(stored_events, envelopes, strict=True))
        if tracking is None:
            base = self.append(events, kwargs.get("answers", ()), kwargs.get("turn")).base
        else:
            base = self._append_tracked(events, tracking)
        return list(range(base + 1, base + 1 + len(stored_events)))

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """The events of one stream by version."""
        rows = self.pool.fetch_all(
            f"""
            SELECT stream, version, topic, substr(record, body_at, body_length) FROM log.events
            WHERE stream = %s AND version > coalesce(%s, -1) AND version <= coalesce(%s, 2147483647)
            ORDER BY version {"DESC" if desc else "ASC"}
            LIMIT %s
            """,  # noqa: S608 - the direction is one of two words
            (str(originator_id), gt, lte, limit),
        )
        return [StoredEvent(stream, version, topic, body.encode()) for stream, version, topic, body in rows]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Events by position; none after the last position returned is ever missed."""
        rows = self.pool.fetch_all(
            """
            SELECT stream, version, topic, substr(record, body_at, body_length), position FROM log.events
            WHERE position >= %s AND position <= coalesce(%s, 9223372036854775807) AND (%s OR topic = ANY(%s))
            ORDER BY position
            LIMIT %s
            """,
            ((start or 0) + (0 if inclusive_of_start else 1), stop, not topics, list(topics), limit),
        )
        return [
            Notification(
                originator_id=stream, originator_version=version, topic=topic, state=body.encode(), id=position
            )
            for stream, version, topic, body, position in rows
        ]

    def max_notification_id(self) -> int | None:
        """The last position, `None` while the log is empty."""
        row = self.pool.fetch_one("SELECT position FROM log.head")
        return int(row[0]) or None if row else None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        """Events after `gt` as they are appended, waking up at each append and surviving lost connections."""
        return LogSubscription(self, self.pool.dsn, gt, topics)

    def insert_tracking(self, tracking: Tracking) -> None:
        """Store the position of a follower; raises `IntegrityError` when it has reached it already."""
        with self.pool.transaction() as cursor:
            self._track(cursor, tracking)

    def max_tracking_id(self, application_name: str) -> int | None:
        """The position of a follower, `None` when it has not begun."""
        row = self.pool.fetch_one("SELECT position FROM log.tracking WHERE name = %s", (application_name,))
        return int(row[0]) if row else None

    def _append_tracked(self, events: list[tuple[StoredEvent, Envelope]], tracking: Tracking) -> int:
        with self.pool.transaction() as cursor:
            self._track(cursor, tracking)
            cursor.execute(APPEND, (*_rows(events), *[None] * 7))
            [(_, base, _)] = cursor.fetchall()
            return int(base)

    @staticmethod
    def _track(cursor: Any, tracking: Tracking) -> None:
        cursor.execute(
            """
            INSERT INTO log.tracking AS t (name, position) VALUES (%s, %s)
            ON CONFLICT (name) DO UPDATE SET position = excluded.position WHERE t.position < excluded.position
            """,
            (tracking.application_name, tracking.notification_id),
        )
        if cursor.rowcount == 0:
            raise IntegrityError(f"{tracking.application_name} has tracked {tracking.notification_id} before")


def _rows(events: Sequence[tuple[StoredEvent, Envelope]]) -> tuple[str, str, str]:
    """The events as `log.append` takes them: their columns, and the JSON before and after each one's position."""
    rows = [written(stored, envelope) for stored, envelope in events]
    heads, tails = "\n".join(row.head for row in rows), "\n".join(row.tail for row in rows)
    return encode([row.columns for row in rows]).decode(), heads, tails
