"""The master key that wraps every person's key: from the settings, or from a file made once in the home folder."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from secrets import token_bytes, token_hex

from callout.settings import KEY_BYTES, Settings
from domain.problem import Problem

FILE = "master.key"


class MasterKeyNotUsable(Problem):
    """The file of the master key cannot be used."""


def master_key(settings: Settings) -> bytes:
    """The key (32 bytes); the file is made when there is none, readable by its owner alone.

    Raises `MasterKeyNotUsable` when others may read the file or it does not hold a key.
    """
    if settings.master_key is not None:
        return settings.master_key
    path = settings.home / FILE
    if not path.exists():
        _make(path)
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise MasterKeyNotUsable(f"{path} may be read by others: chmod 600 it.")
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise MasterKeyNotUsable(f"{path} does not hold {KEY_BYTES} bytes: bring it back from a backup.")
    return key


def _make(path: Path) -> None:
    """Write a whole key beside, then link it into place: of several makers, the first one’s key is everybody’s."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{FILE}.{token_hex(8)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(beside, path)
    finally:
        beside.unlink()
