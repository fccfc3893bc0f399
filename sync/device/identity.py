"""The identity of an installation: its id and its Ed25519 key, now and after an enrolment."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from contextlib import suppress
from typing import Any, NamedTuple, Protocol

from .file import File
from .json_text import base64
from .world import World


class Signer(Protocol):
    """The interface of an Ed25519 key of the package `cryptography`."""

    def sign(self, data: bytes, /) -> bytes:
        """The signature, 64 bytes."""

    def public_key(self) -> Any:
        """The public key, which has `public_bytes_raw()`."""


def signer(secret: bytes) -> Signer | None:
    """An Ed25519 key from its 32 secret bytes, or None without the package `cryptography`."""
    with suppress(ImportError):
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

        return Ed25519PrivateKey.from_private_bytes(secret)
    return None


class OwnInstallation(NamedTuple):
    """This installation: its permanent id and, in base64url, the secret of its key, if it has one."""

    install_id: str
    key: str | None

    def signed(self, text: str) -> str | None:
        """The signature of a text, or None without a key."""
        key = self._signer()
        return None if key is None else base64(key.sign(text.encode()))

    def public_key(self) -> str | None:
        """The public key in the protocol's form, or None without a key."""
        key = self._signer()
        return None if key is None else base64(key.public_key().public_bytes_raw())

    def _signer(self) -> Signer | None:
        return signer(urlsafe_b64decode(self.key + "=")) if self.key else None


class Identity:
    """The identity of this installation, and the one that it will have when an enrolment has been answered."""

    def __init__(self, file: File, world: World) -> None:
        self.file, self.world = file, world
        self._begin()

    def _begin(self) -> None:
        if self.file.get("install_id") is None:
            with self.file.transaction():
                if self.file.get("install_id") is None:  # no other process was faster
                    self.become(self._another())

    def now(self) -> OwnInstallation:
        """The present identity."""
        return OwnInstallation(self.file.get("install_id"), self.file.get("key"))

    def become(self, who: OwnInstallation) -> None:
        """Inside a transaction: use this identity from now on."""
        self.file.set(install_id=who.install_id, key=who.key, next_self=None)

    def for_code(self, code: str, *, as_new: bool) -> OwnInstallation:
        """The identity that enrols with a code, the same each time, as a lost reply is only repeated to that one."""
        self._begin()  # a new one after an erasure
        waiting, who = self.file.get("next_self"), self.now()
        if waiting and waiting["code"] == code:
            return OwnInstallation(waiting["install_id"], waiting["key"])
        another = self._another()
        other = OwnInstallation(another.install_id if as_new else who.install_id, who.key or another.key)
        self.file.set(next_self={"code": code} | other._asdict())  # a full disk is noticed before the code is used
        return other

    def _another(self) -> OwnInstallation:
        secret = self.world.random.randbytes(32)
        return OwnInstallation(self.world.new_id(), base64(secret) if signer(secret) else None)
