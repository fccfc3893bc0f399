"""The keys of persons, which seal their personal data and are destroyed to erase it."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from threading import Lock
from typing import NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from store.erased import ErasedList
from store.key_ids import key_id_of
from store.master_keys import MasterKey, MasterKeyMissingError, MasterKeys
from store.pool import ConnectionPool

_NONCE = 12
_CACHED_KEYS = 10_000


class Key(NamedTuple):
    """One person's key and its id, a commitment to the key."""

    key_id: str
    secret: bytes


class Keyring:
    """Persons' keys in their own table under their own database role, wrapped by the master key (32 bytes).

    A person is added to the list of the `erased`, if there is one, before their key is destroyed.
    Keys for sealing are cached; keys for opening are read again for each batch, so that nothing can be read after a key
    has been destroyed.
    """

    def __init__(self, pool: ConnectionPool, master_keys: bytes | MasterKeys, erased: ErasedList | None = None) -> None:
        self._pool = pool
        self._masters = MasterKeys.fixed(master_keys) if isinstance(master_keys, bytes) else master_keys
        self._erased = erased
        self._sealing: OrderedDict[UUID, Key] = OrderedDict()
        self._lock = Lock()

    def sealing_key(self, person: UUID) -> Key | None:
        """The person's key, created if there is none; `None` when it has been destroyed."""
        with self._lock:
            if (known := self._sealing.get(person)) is not None:
                self._sealing.move_to_end(person)
                return known
        key = self._make_or_fetch(person)
        if key is not None:
            self._remember({person: key})
        return key

    def sealing_keys(self, persons: Collection[UUID]) -> dict[UUID, Key]:
        """The keys of these persons, created where there is none, left out where they have been destroyed."""
        with self._lock:
            known = {person: self._sealing[person] for person in persons if person in self._sealing}
        found = self.opening_keys(person for person in persons if person not in known)
        self._remember(found)
        known |= found
        made = {person: self.sealing_key(person) for person in persons if person not in known}
        return known | {person: key for person, key in made.items() if key is not None}

    def present_keys(self, persons: Sequence[UUID]) -> dict[UUID, Key]:
        """The keys of these persons, in order; created where there is none, left out where they have been destroyed.

        Read again: for data that must not be sealed after a key was destroyed by another process.
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
            SELECT person, key_id, wrapped, master_id FROM keys.person_keys
            WHERE person = ANY(%s::uuid[]) AND wrapped IS NOT NULL
            """,
            (wanted,),
        )
        return {person: self._unwrap(person, key_id, bytes(wrapped), id) for person, key_id, wrapped, id in rows}

    def destroy(self, persons: Iterable[UUID]) -> int:
        """Destroy the keys of these persons for good; returns their number. Repeating it changes nothing.

        Raises `ErasedListError`, with nothing destroyed, when they cannot be added to the list.
        """
        everybody = set(persons)
        if self._erased is not None:
            self._erased.add(everybody)
        wanted = [str(person) for person in sorted(everybody)]  # rows are locked in one order, as in `rewrap`
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
        secret, master = AESGCM.generate_key(256), self._masters.current()
        self._pool.execute(
            """
            INSERT INTO keys.person_keys (person, key_id, wrapped, master_id) VALUES (%s, %s, %s, %s)
            ON CONFLICT (person) DO NOTHING
            RETURNING person
            """,
            (str(person), key_id_of(secret), _wrapped(master, person, secret), master.id),
        )
        return self.opening_keys([person]).get(person)

    def rewrap(self, after: UUID, most: int = 500) -> tuple[UUID, int] | None:
        """Wrap the keys of the next persons after `after` under the newest master key, in one transaction.

        Returns the last person looked at and the number of keys; `None` when there are no more. Keys under the newest
        master key are left alone.
        """
        master = self._masters.current()
        with self._pool.transaction() as cursor:
            cursor.execute(
                """
                SELECT person, key_id, wrapped, master_id FROM keys.person_keys
                WHERE person > %s AND wrapped IS NOT NULL AND master_id IS DISTINCT FROM %s
                ORDER BY person LIMIT %s
                FOR UPDATE
                """,
                (str(after), master.id, most),
            )
            rows = cursor.fetchall()
            for person, key_id, wrapped, id in rows:
                key = self._unwrap(person, key_id, bytes(wrapped), id)
                cursor.execute(
                    "UPDATE keys.person_keys SET wrapped = %s, master_id = %s WHERE person = %s",
                    (_wrapped(master, person, key.secret), master.id, str(person)),
                )
        return (rows[-1][0], len(rows)) if rows else None

    def under_older_keys(self) -> int:
        """The number of keys that are not wrapped under the newest master key."""
        [(many,)] = self._pool.fetch_all(
            "SELECT count(*) FROM keys.person_keys WHERE wrapped IS NOT NULL AND master_id IS DISTINCT FROM %s",
            (self._masters.current().id,),
        )
        return int(many)

    def present(self, persons: Iterable[UUID]) -> set[UUID]:
        """Those of these persons with a key that was not destroyed."""
        rows = self._pool.fetch_all(
            "SELECT person FROM keys.person_keys WHERE person = ANY(%s::uuid[]) AND wrapped IS NOT NULL",
            ([str(person) for person in persons],),
        )
        return {person for (person,) in rows}

    def destroyed(self) -> set[UUID]:
        """All persons whose key has been destroyed."""
        return {
            person for (person,) in self._pool.fetch_all("SELECT person FROM keys.person_keys WHERE wrapped IS NULL")
        }

    def _unwrap(self, person: UUID, key_id: str, wrapped: bytes, master_id: str | None) -> Key:
        for master in self._masters.candidates(master_id):
            try:
                return Key(key_id, master.cipher.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], person.bytes))
            except InvalidTag:
                continue
        raise MasterKeyMissingError("a key does not open with any master key that is here")


def _wrapped(master: MasterKey, person: UUID, secret: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + master.cipher.encrypt(nonce, secret, person.bytes)
