"""The master keys that wrap people's keys: the one that is used now, and older ones that still open old words."""

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
    """A master key and the id that commits to it."""

    id: str
    cipher: AESGCM


class MasterKeys:
    """All master keys there are, the newest first; `load` says them anew when somebody else has changed them."""

    def __init__(self, load: Callable[[], Sequence[bytes]]) -> None:
        """`load` gives one key of 32 bytes at least; it is asked often."""
        self._load = load
        self._lock = Lock()
        self._seen: tuple[bytes, ...] = ()
        self._keys: tuple[MasterKey, ...] = ()

    @classmethod
    def fixed(cls, *keys: bytes) -> Self:
        """Keys that stay as they are."""
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
        """The key that wraps from now on."""
        return self.all()[0]

    def candidates(self, id: str | None) -> tuple[MasterKey, ...]:
        """The key of this id, or all when nobody noted which it was; raises `MasterKeyMissingError`."""
        found = tuple(key for key in self._keys if key.id == id) or tuple(
            key for key in self.all() if id in {None, key.id}
        )
        if not found:
            raise MasterKeyMissingError(f"the master key {id} is not here, and something is wrapped under it")
        return found
