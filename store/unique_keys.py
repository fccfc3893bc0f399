"""Unique numbers, codes and names beside the log: claimed and released in the statement that appends."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import PersistenceError
from eventsourcing.utils import get_topic

from domain.kernel.envelope import Envelope
from domain.kernel.keys import (
    RULES,
    TOPICS,
    Claim,
    Forgotten,
    Keeping,
    KeyKind,
    KeyTaken,
    Owned,
    Release,
    keeping_of,
    key_asked_for,
)
from store.connecting import Cursor
from store.pool import ConnectionPool
from store.record import RecordReader
from store.secrets import Secrets

_TAKEN: Final = "CK001"
_AT_ONCE: Final = 1_000


class Held(NamedTuple):
    """The claims and releases of a commit's events: `entries` as `log.hold_keys` takes them, and the event of each."""

    entries: list[dict[str, Any]]
    sources: list[tuple[Keeping, UUID | None]]

    def as_json(self) -> str:
        """The entries as one text."""
        return orjson.dumps(self.entries).decode()


class UniqueKeys:
    """Keys by kind, see `domain.kernel.keys`; of personal ones only a keyed hash is stored."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool
        self._secrets = Secrets(pool)

    def held_by(self, events: Sequence[DomainEventProtocol[UUID]], envelopes: Sequence[Envelope]) -> Held | None:
        """The claims and releases of these events, `None` for none.

        A fact of a device is never refused, nor are events without a request: only a claim of somebody who acts in a
        role can be. Raises `BadInput` for a claim of an unreadable key.
        """
        held = Held([], [])
        for event, envelope in zip(events, envelopes, strict=True):
            stream = event.originator_id
            for keeping in keeping_of(get_topic(type(event)), stream, event):
                fact = envelope.device is not None or (envelope.actor, envelope.role) == (None, None)
                if isinstance(keeping, Claim) and not fact:
                    keeping.must_be_readable()
                self._add(held, keeping, stream, envelope.operation_id, fact=fact)
        return held if held.entries else None

    def holder(self, kind: KeyKind, text: str) -> UUID | None:
        """The holder of this key of a kind that `key_asked_for` knows, in any spelling; None without one."""
        key = key_asked_for(kind, text)
        kept = self._hashed(kind, key) if kind == "message_id" else key
        row = self._pool.fetch_one("SELECT holder FROM log.unique_keys WHERE kind = %s AND key = %s", (kind, kept))
        return row[0] if row else None

    def fill(self, reader: RecordReader) -> bool:
        """Compute the keys from the log, unless that was done by the current rules; returns whether it was done now.

        The log is locked against writers meanwhile. Clashes are stored; the thing recorded first has the key.
        """
        if self._are_filled(self._pool.fetch_one("SELECT rules FROM log.key_rules")):
            return False
        self._secrets.newest("unique-keys")
        with self._pool.transaction() as cursor:
            cursor.execute("SELECT position FROM log.head FOR UPDATE")
            cursor.execute("SELECT rules FROM log.key_rules")
            if self._are_filled(cursor.fetchone()):
                return False
            for table in ("unique_keys", "key_clashes", "key_rules"):
                cursor.execute(f"DELETE FROM log.{table}")  # noqa: S608 - names of ours
            position = 0
            while page := _page(cursor, position):
                held = Held([], [])
                for event in reader.read([record for _, record in page]):
                    for keeping in keeping_of(event.topic, event.stream, event.data):
                        self._add(held, keeping, event.stream, None, fact=True)
                cursor.execute("SELECT log.hold_keys(%s)", (held.as_json(),))
                position = page[-1][0]
            cursor.execute("INSERT INTO log.key_rules (rules) VALUES (%s)", (RULES,))
        return True

    @staticmethod
    def _are_filled(row: tuple[Any, ...] | None) -> bool:
        return row is not None and row[0] == RULES

    def _add(self, held: Held, keeping: Keeping, stream: UUID, operation: UUID | None, *, fact: bool) -> None:
        entry: dict[str, Any]
        match keeping:
            case Claim(kind, key, _, _, person):
                if not key:
                    return
                kept = self._hashed(kind, key) if keeping.is_personal else key
                entry = {"do": "claim", "kind": kind, "key": kept, "holder": stream, "person": person, "fact": fact}
            case Release(kind, keeps):
                entry = {"do": "release", "kind": kind, "holder": stream, "keeps": list(keeps)}
            case Owned(person):
                entry = {"do": "own", "holder": stream, "person": person}
            case Forgotten(person):
                entry = {"do": "forget", "person": person}
        held.entries.append(entry)
        held.sources.append((keeping, operation))

    def _hashed(self, kind: str, key: str) -> str:
        secret = self._secrets.newest("unique-keys")  # never replaced: stored hashes are compared with new ones
        return hmac.digest(secret, f"{kind}\0{key}".encode(errors="surrogatepass"), "sha256").hex()


def taken_key(error: PersistenceError, held: Held | None) -> KeyTaken | None:
    """The problem for the key that the database has refused, if one of these was."""
    cause: Any = error.__cause__
    if held is None or getattr(cause, "pgcode", None) != _TAKEN:
        return None
    found = orjson.loads(cause.diag.message_detail)
    keeping, operation = held.sources[found["entry"]]
    assert isinstance(keeping, Claim), "only a claim is refused"
    return KeyTaken(keeping, UUID(found["holder"]), operation)


CLASHES: Final = """
-- Things whose key belongs to another: the kind of key, its holder, and the thing without it, oldest first.
SELECT c.kind, k.holder, c.holder FROM log.key_clashes c JOIN log.unique_keys k USING (kind, key)
ORDER BY c.since, c.kind, c.holder
LIMIT %s
"""


def _page(cursor: Cursor, after: int) -> list[tuple[int, str]]:
    cursor.execute(
        """
        SELECT position, record FROM log.events WHERE topic = ANY(%s) AND position > %s ORDER BY position LIMIT %s
        """,
        (list(TOPICS), after, _AT_ONCE),
    )
    return [(int(position), record) for position, record in cursor.fetchall()]
