"""Locks on files between processes of one machine; the kernel releases them when the file is closed."""

from __future__ import annotations

import fcntl


def try_lock(file: int, how: int = fcntl.LOCK_EX) -> bool:
    """Lock an open file without waiting, exclusively unless `how` is `LOCK_SH`; whether it is locked now."""
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
