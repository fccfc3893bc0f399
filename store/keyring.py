"""The keys of persons: what seals their words, and what is destroyed to erase them."""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from hashlib import sha256
from threading import Lock
from typing import NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from store.pool import ConnectionPool

_NONCE = 12
_CACHED_KEYS = 10_000


class Key(NamedTuple):
    """One person's key and the id that commits to it."""

    key_id: str
    secret: bytes


def key_id_of(secret: bytes) -> str:
    """The id of a key: a hash of it, so that no other key can pass for it."""
    return sha256(b"callout person key\x00" + secret).hexdigest()[:32]


def seal(key: Key, text: bytes, path: str) -> str:
    """`text` under AES-256-GCM in base64, bound to the path of the field it belongs to."""
    return b64encode(seal_bytes(key, text, path)).decode()


def seal_bytes(key: Key, text: bytes, path: str) -> bytes:
    """The same as bytes."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key.secret).encrypt(nonce, text, path.encode())


def unseal(key: Key, sealed: str, path: str) -> bytes | None:
    """The text again, or `None` when it was not sealed with this key for this path."""
    return unseal_bytes(key, b64decode(sealed), path)


def unseal_bytes(key: Key, sealed: bytes, path: str) -> bytes | None:
    """The same for what `seal_bytes` has given."""
    try:
        return AESGCM(key.secret).decrypt(sealed[:_NONCE], sealed[_NONCE:], path.encode())
    except InvalidTag:
        return None


class Keyring:
    """Persons' keys in their own table under their own database role, wrapped by the master key (32 bytes).

    Keys for sealing are remembered; keys for opening are fetched anew for each batch, so that nothing can be read
    any more once a key has been destroyed.
    """

    def __init__(self, pool: ConnectionPool, master_key: bytes) -> None:
        self._pool = pool
        self._master = AESGCM(master_key)
        self._sealing: OrderedDict[UUID, Key] = OrderedDict()
        self._lock = Lock()

    def sealing_key(self, person: UUID) -> Key | None:
        """The person's key, made when there is none; `None` when it has been destroyed."""
        with self._lock:
            if (known := self._sealing.get(person)) is not None:
                self._sealing.move_to_end(person)
                return known
        key = self._make_or_fetch(person)
        if key is not None:
            self._remember({person: key})
        return key

    def sealing_keys(self, persons: Collection[UUID]) -> dict[UUID, Key]:
        """The keys of all these persons, made where there is none, left out where it has been destroyed."""
        with self._lock:
            known = {person: self._sealing[person] for person in persons if person in self._sealing}
        found = self.opening_keys(person for person in persons if person not in known)
        self._remember(found)
        known |= found
        made = {person: self.sealing_key(person) for person in persons if person not in known}
        return known | {person: key for person, key in made.items() if key is not None}

    def present_keys(self, persons: Sequence[UUID]) -> dict[UUID, Key]:
        """The keys of these persons in their order, made where there is none, left out where it has been destroyed.

        Fetched anew: for what must not be sealed any more once a key has been destroyed somewhere else.
        """
        found = self.opening_keys(persons)
        keys = {person: found.get(person) or self._make_or_fetch(person) for person in persons}
        return {person: key for person, key in keys.items() if key is not None}

    def opening_keys(self, persons: Iterable[UUID]) -> dict[UUID, Key]:
        """The keys of these persons, as far as they have not been destroyed."""
        wanted = [str(person) for person in set(persons)]
        if not wanted:
            return {}
        rows = self._pool.fetch_all(
            """
            SELECT person, key_id, wrapped FROM keys.person_keys
            WHERE person = ANY(%s::uuid[]) AND wrapped IS NOT NULL
            """,
            (wanted,),
        )
        return {person: self._unwrap(person, key_id, bytes(wrapped)) for person, key_id, wrapped in rows}

    def destroy(self, persons: Iterable[UUID]) -> int:
        """Destroy the keys of these persons for good; answers how many there were. Repeating it does no harm."""
        wanted = [str(person) for person in persons]
        with self._lock:
            for person in wanted:
                self._sealing.pop(UUID(person), None)
        rows = self._pool.execute(
            """
            INSERT INTO keys.person_keys (person, key_id, wrapped, destroyed_at)
            SELECT unnest(%s::uuid[]), '', NULL, now()
            ON CONFLICT (person) DO UPDATE SET wrapped = NULL, destroyed_at = now()
            WHERE person_keys.wrapped IS NOT NULL
            RETURNING person
            """,
            (wanted,),
        )
        return len(rows)

    def _remember(self, keys: Mapping[UUID, Key]) -> None:
        with self._lock:
            self._sealing |= keys
            while len(self._sealing) > _CACHED_KEYS:
                self._sealing.popitem(last=False)

    def _make_or_fetch(self, person: UUID) -> Key | None:
        secret = AESGCM.generate_key(256)
        nonce = os.urandom(_NONCE)
        wrapped = nonce + self._master.encrypt(nonce, secret, person.bytes)
        self._pool.execute(
            """
            INSERT INTO keys.person_keys (person, key_id, wrapped) VALUES (%s, %s, %s)
            ON CONFLICT (person) DO NOTHING
            RETURNING person
            """,
            (str(person), key_id_of(secret), wrapped),
        )
        return self.opening_keys([person]).get(person)

    def _unwrap(self, person: UUID, key_id: str, wrapped: bytes) -> Key:
        return Key(key_id, self._master.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], person.bytes))
