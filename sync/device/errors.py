"""The errors of a device, each with one sentence for a person."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from .json_text import Json

ADVICE = {
    "token-expired": "This device was away for too long: enrol it again with a new code.",
    "token-reused": "The server no longer trusts this device: enrol it again with a new code.",
    "proof-required": "The server asks for this device's key: enrol it again with a new code.",
    "device-forked": "This device was cloned or restored: enrol it again with a new code.",
    "device-revoked": "The office has revoked this device: its work stays here, and it can be enrolled again.",
    "device-suspended": "The office has suspended this device: the office decides about what it sends.",
    "upgrade-required": "This app is too old to receive anything: what is recorded is still sent, but upgrade it.",
    "signature-required": "Operations must be signed here: install the Python package cryptography and enrol again.",
}


class DeviceError(Exception):
    """Something failed; the message is one sentence for a person, and the outbox is unchanged."""

    def __init__(self, message: str, status: int = 0, problem: Json | None = None, wait: float | None = None) -> None:
        self.status, self.problem, self.wait = status, problem or {}, wait
        self.code = re.split(r"[/:#]", str(self.problem.get("type", "")))[-1]
        super().__init__(ADVICE.get(self.code, message))


class BadUseError(DeviceError):
    """The caller asked for something impossible."""


class FullError(DeviceError, sqlite3.OperationalError):
    """The disk is full: nothing was stored, and everything that was stored before is there."""


class OfflineError(DeviceError):
    """No usable answer arrived: no network, a lost reply, an overloaded server or one of another kind."""


class RefusedError(DeviceError):
    """The server answered with a problem: see `status`, `code` and `problem`."""


class ErasedError(RefusedError):
    """This device has been erased, as the office has asked."""


@contextmanager
def stored() -> Iterator[None]:
    """Context in which a full disk raises `FullError`."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "full" not in str(error):
            raise
        raise FullError("The disk is full, so nothing of this was stored: free some space and do it again.") from error


@contextmanager
def understood() -> Iterator[None]:
    """Context in which an answer of the wrong form raises `OfflineError`."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, sqlite3.InterfaceError) as error:
        raise OfflineError(f"The server's answer cannot be understood ({type(error).__name__}: {error}).") from error
