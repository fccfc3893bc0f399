"""The master keys that wrap people's keys: the current one, and older ones that still open older keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import NamedTuple, Self

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from eventsourcing.persistence import PersistenceError

from store.key_ids import key_id_of


class MasterKeyMissingError(PersistenceError):
    """Something is wrapped under a master key that is not here: bring it back. Everything else can be read."""


class MasterKey(NamedTuple):
    """A master key and its id, a commitment to the key."""

    id: str
    cipher: AESGCM


class MasterKeys:
    """All master keys, newest first; `load` returns them again when somebody else has changed them."""

    def __init__(self, load: Callable[[], Sequence[bytes]]) -> None:
        """`load` returns at least one key of 32 bytes; it is called often."""
        self._load = load
        self._lock = Lock()
        self._seen: tuple[bytes, ...] = ()
        self._keys: tuple[MasterKey, ...] = ()

    @classmethod
    def fixed(cls, *keys: bytes) -> Self:
        """Keys that do not change."""
        return cls(lambda: keys)

    def all(self) -> tuple[MasterKey, ...]:
        """Every key, the newest first."""
        with self._lock:
            loaded = tuple(self._load())
            if loaded != self._seen:
                self._keys = tuple(MasterKey(key_id_of(key), AESGCM(key)) for key in loaded)
                self._seen = loaded
            return self._keys

    def secrets(self) -> tuple[bytes, ...]:
        """The bytes of every key, the newest first."""
        return tuple(self._load())

    def current(self) -> MasterKey:
        """The key that wraps new keys."""
        return self.all()[0]

    def candidates(self, id: str | None) -> tuple[MasterKey, ...]:
        """The key of this id, or all when the id is unknown; raises `MasterKeyMissingError`."""
        found = tuple(key for key in self._keys if key.id == id) or tuple(
            key for key in self.all() if id in {None, key.id}
        )
        if not found:
            raise MasterKeyMissingError(f"the master key {id} is not here, and something is wrapped under it")
        return found
