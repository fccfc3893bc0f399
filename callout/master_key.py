"""The master keys that wrap every person's key: from the settings, or from a file made once in the home folder."""

from __future__ import annotations

import fcntl
import os
import stat
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_bytes, token_hex

from callout.settings import KEY_BYTES, Settings
from domain.kernel.problem import Problem
from store.durable import sync_folder
from store.key_ids import key_id_of
from store.master_keys import MasterKeys

FILE = "master.key"
_NEXT = b"next:"  # a colon is no letter of base64
"""Marks a key in the file that opens and does not wrap yet; the next rotation makes it the newest."""


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
    """Whether there is a master key already; creates none."""
    return settings.master_key is not None or (settings.home / FILE).exists()


def put_in_front(settings: Settings) -> None:
    """Make the prepared key, or a new one, the newest in the file; the older ones stay after it."""
    with _changing(settings) as (path, keys, prepared):
        _replace(path, [*(prepared or [token_bytes(KEY_BYTES)]), *keys])


def prepare(settings: Settings) -> str:
    """Add a new key to the file that does not wrap yet; returns its id.

    Repeated, it returns the same key until `put_in_front`. So the file can be copied to every machine first.
    """
    with _changing(settings) as (path, keys, prepared):
        if prepared:
            return key_id_of(prepared[0])
        fresh = token_bytes(KEY_BYTES)
        _replace(path, keys, [fresh])
        return key_id_of(fresh)


def is_prepared(settings: Settings) -> bool:
    """Whether the file holds a prepared key, which the next rotation makes the newest."""
    return settings.master_key is None and bool(_read(settings.home / FILE)[1])


def keep_newest(settings: Settings, newest: str) -> int:
    """Delete the keys in the file after the one with the id `newest`; their number, None when that is not there."""
    with _changing(settings) as (path, keys, prepared):
        ids = [key_id_of(key) for key in keys]
        kept = ids.index(newest) + 1 if newest in ids else len(keys)
        if kept < len(keys):
            _replace(path, keys[:kept], prepared)
        return len(keys) - kept


@contextmanager
def _changing(settings: Settings) -> Iterator[tuple[Path, list[bytes], list[bytes]]]:
    """The file and its keys, locked against changes by other processes until the end of the context."""
    settings.home.mkdir(parents=True, exist_ok=True)
    folder = os.open(settings.home, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)  # the folder: the file itself becomes another one
        yield settings.home / FILE, *_read(settings.home / FILE)
    finally:
        os.close(folder)


def _keys(settings: Settings) -> list[bytes]:
    if settings.master_key is not None:
        return [settings.master_key, *settings.older_master_keys]
    keys, prepared = _read(settings.home / FILE)
    return [*keys, *prepared]


def _read(path: Path) -> tuple[list[bytes], list[bytes]]:
    """The keys in the file, the newest first, and the one that was prepared, if any; the file is made when missing."""
    if not path.exists():
        _make(path)
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise MasterKeyNotUsable(f"{path} may be read by others: chmod 600 it.")
    content = path.read_bytes()
    if len(content) == KEY_BYTES:
        return [content], []
    lines = content.split()
    keys = [_decoded(line) for line in lines if not line.startswith(_NEXT)]
    prepared = [_decoded(line.removeprefix(_NEXT)) for line in lines if line.startswith(_NEXT)]
    if not keys or len(prepared) > 1 or any(len(key) != KEY_BYTES for key in (*keys, *prepared)):
        raise MasterKeyNotUsable(f"{path} does not hold {KEY_BYTES} bytes: restore it from a backup.")
    return keys, prepared


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


def _replace(path: Path, keys: Sequence[bytes], prepared: Sequence[bytes] = ()) -> None:
    """Write the keys to a new file, one line of base64 each, then rename it: readers find the old or the new file."""
    lines = [*(b64encode(key) for key in keys), *(_NEXT + b64encode(key) for key in prepared)]
    beside, before = path.with_name(f".{FILE}.{token_hex(8)}"), path.stat()
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(b"".join(line + b"\n" for line in lines))
            file.flush()
            os.fsync(file.fileno())
            if os.geteuid() == 0:
                os.fchown(file.fileno(), before.st_uid, before.st_gid)
        beside.rename(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def _make(path: Path) -> None:
    """Write a key to a new file, then link it into place: of several processes, all use the key of the first."""
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
