"""The master keys that wrap every person's key: from the settings, or from a file made once in the home folder."""

from __future__ import annotations

import os
import stat
from base64 import b64decode, b64encode
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from secrets import token_bytes, token_hex

from callout.settings import KEY_BYTES, Settings
from domain.problem import Problem
from store.master_keys import MasterKeys

FILE = "master.key"


class MasterKeyNotUsable(Problem):
    """The file of the master key cannot be used."""


def master_key(settings: Settings) -> bytes:
    """The key (32 bytes) that wraps from now on; the file is made when there is none, readable by its owner alone.

    Raises `MasterKeyNotUsable` when others may read the file or it does not hold a key.
    """
    return _keys(settings)[0]


def master_keys(settings: Settings) -> MasterKeys:
    """All master keys, the newest first, as `master_key` finds them; a file is read again when it has changed."""
    seen: list[tuple[object, list[bytes]]] = []

    def load() -> list[bytes]:
        if settings.master_key is not None:
            return _keys(settings)
        path = settings.home / FILE
        stamp = _stamp(path)
        if not seen or seen[0][0] != stamp or stamp is None:
            seen[:] = [(stamp, _keys(settings))]
        return seen[0][1]

    return MasterKeys(load)


def has_master_key(settings: Settings) -> bool:
    """Whether there is one already; nothing is made."""
    return settings.master_key is not None or (settings.home / FILE).exists()


def put_in_front(settings: Settings) -> bytes:
    """Make a new key and let it be the newest in the file; the older ones stay behind it. The new key."""
    fresh = token_bytes(KEY_BYTES)
    _replace(settings.home / FILE, [fresh, *_keys(settings)])
    return fresh


def keep_newest(settings: Settings) -> int:
    """Let the file hold its newest key alone; how many were forgotten."""
    newest, *older = _keys(settings)
    if older:
        _replace(settings.home / FILE, [newest])
    return len(older)


def _keys(settings: Settings) -> list[bytes]:
    if settings.master_key is not None:
        return [settings.master_key, *settings.older_master_keys]
    path = settings.home / FILE
    if not path.exists():
        _make(path)
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise MasterKeyNotUsable(f"{path} may be read by others: chmod 600 it.")
    content = path.read_bytes()
    keys = [content] if len(content) == KEY_BYTES else [_decoded(line) for line in content.split()]
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise MasterKeyNotUsable(f"{path} does not hold {KEY_BYTES} bytes: bring it back from a backup.")
    return keys


def _decoded(line: bytes) -> bytes:
    try:
        return b64decode(line, validate=True)
    except ValueError:
        return b""


def _stamp(path: Path) -> object:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size, found.st_mode


def _replace(path: Path, keys: Sequence[bytes]) -> None:
    """Write keys beside, a line of base64 each, then rename: whoever reads finds the old file or the new one."""
    beside, before = path.with_name(f".{FILE}.{token_hex(8)}"), path.stat()
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(b"".join(b64encode(key) + b"\n" for key in keys))
            file.flush()
            os.fsync(file.fileno())
            if os.geteuid() == 0:
                os.fchown(file.fileno(), before.st_uid, before.st_gid)
        beside.rename(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


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
