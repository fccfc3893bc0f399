"""Texts of operations that devices have signed, sealed under the keys of all people they are about."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import orjson

from domain.access.operation_status import UNDECIDED
from domain.recording.answers import DECIDED, Answer, SignedText
from domain.recording.recorded import Recorded
from store.keyring import Key, Keyring
from store.pool import ConnectionPool, Row
from store.record import RecordReader
from store.sealing import seal_bytes, unseal_bytes


class Kept(NamedTuple):
    """One content that was received under an operation's id, and its outcome.

    `text` is the received text, in its `encoding` (utf-8 or base64). It is None when it was erased (`status` erased) or
    never stored (not-kept), as by servers before this table existed.
    """

    device: UUID
    incarnation: int
    seq: int | None
    outcome: str
    positions: list[int]
    occurred_at: datetime | None
    recorded_at: datetime
    content_hash: str
    signature: str | None
    text: str | None
    encoding: str
    status: str


class SignedTexts:
    """Reads signed texts."""

    def __init__(self, pool: ConnectionPool, keyring: Keyring, reader: RecordReader) -> None:
        self._pool = pool
        self._keyring = keyring
        self._reader = reader

    def of(self, operation: UUID) -> list[Kept]:
        """Every content that devices sent under this id, in order of arrival."""
        rows = self._pool.fetch_all(
            """
            SELECT o.device, o.incarnation, o.seq, o.status, o.first_position, o.event_count, o.recorded_at,
                o.content_hash, s.operation IS NOT NULL, s.signature, s.persons, s.key_ids, s.sealed
            FROM log.operations o
            LEFT JOIN log.signed_texts s ON s.operation = o.id AND s.content_hash = o.content_hash
            WHERE o.id = %s AND o.device IS NOT NULL AND o.incarnation <> %s
            ORDER BY o.key
            """,
            (str(operation), DECIDED),
        )
        first: dict[str, Row] = {}
        for row in rows:
            first.setdefault(row[7], row)  # a repetition of the same content under another number adds nothing
        return [self._kept(operation, row) for row in first.values()]

    def keys_of(self, device: UUID) -> list[str]:
        """The public keys that a device has ever signed with, in order."""
        rows = self._pool.fetch_all(
            """
            SELECT record FROM log.events
            WHERE stream = %s AND topic IN ('device.enrolled', 'device.reenrolled')
            ORDER BY version
            """,
            (str(device),),
        )
        keys = [event.data.public_key for event in self._reader.read([record for (record,) in rows])]
        return list(dict.fromkeys(key for key in keys if key is not None))

    def _kept(self, operation: UUID, row: Row) -> Kept:
        device, incarnation, seq, outcome, position, count, recorded_at, content_hash = row[:8]
        is_here, signature, persons, key_ids, sealed = row[8:]
        event = self._event(position)
        encoding, text, status = "utf-8", None, "not-kept"
        if is_here:
            under = list(zip(persons, key_ids, strict=sealed is not None))
            text = None if sealed is None else self._opened(_path(operation, content_hash), sealed, under)
            status = "erased" if text is None else "kept"
        elif outcome in UNDECIDED and event is not None and hasattr(event.data, "body"):
            text, encoding = event.data.body, getattr(event.data, "encoding", "utf-8")
            status = "erased" if text is None else "kept"
        if not is_here and event is not None:
            signature = event.envelope.signature
        positions = [] if position is None else list(range(position, position + count))
        occurred_at = None if event is None else event.occurred_at
        values = (device, incarnation, seq, outcome, positions, occurred_at, recorded_at, content_hash)
        return Kept(*values, signature, text, encoding, status)

    def _event(self, position: int | None) -> Recorded | None:
        row = self._pool.fetch_one("SELECT record FROM log.events WHERE position = %s", (position,))
        return None if row is None else self._reader.read([row[0]])[0]

    def _opened(self, path: str, sealed: str, under: list[tuple[UUID, str]]) -> str | None:
        """The text, if every key that it is sealed under still exists."""
        keys = self._keyring.opening_keys(person for person, _ in under)
        text: bytes | None = b64decode(sealed)
        for person, key_id in reversed(under):
            key = keys.get(person)
            if key is None or key.key_id != key_id or text is None:
                return None
            text = unseal_bytes(key, text, path)
        return None if text is None else text.decode()


def sealed_texts(keyring: Keyring, answers: Iterable[Answer]) -> str | None:
    """The signed texts of these answers as rows in JSON, sealed; None when there is none."""
    signed = [(answer, answer.signed) for answer in answers if answer.signed is not None]
    if not signed:
        return None
    keys = keyring.sealing_keys({person for _, text in signed for person in text.persons})
    return orjson.dumps([_sealed(answer, text, keys) for answer, text in signed]).decode()


def _sealed(answer: Answer, signed: SignedText, keys: Mapping[UUID, Key]) -> dict[str, object]:
    under = [key for person in signed.persons if (key := keys.get(person)) is not None]
    sealed = None
    if len(under) == len(signed.persons):  # otherwise somebody was erased, and the text with them
        text = signed.text.encode()
        for key in under:
            text = seal_bytes(key, text, _path(answer.id, answer.content_hash))
        sealed = b64encode(text).decode()
    return {
        "operation": answer.id,
        "content_hash": answer.content_hash,
        "signature": signed.signature,
        "persons": _array(map(str, signed.persons)),
        "key_ids": _array(key.key_id for key in under),
        "sealed": sealed,
    }


def _array(plain: Iterable[str]) -> str:
    return "{" + ",".join(plain) + "}"


def _path(operation: UUID, content_hash: str) -> str:
    return f"signed/{operation}/{content_hash}"
