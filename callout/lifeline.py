"""Processes that end with the one that started them, even when that one is killed."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PARENT = "CALLOUT_PARENT"
"""The environment variable with the id of the process that a child must not outlive."""
_PR_SET_PDEATHSIG = 1


def follow(parent: int | None = None, with_signal: int = signal.SIGKILL) -> None:
    """Let the kernel end this process when `parent` (by default the one that the environment names) has ended.

    A process that is killed at any point loses nothing that was acknowledged, so it needs no time to finish. Only Linux
    knows this; elsewhere the processes of a killed parent are left to whoever started it.
    """
    wanted = parent or int(os.environ.get(PARENT, "0"))
    if not wanted or sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, with_signal)
    if os.getppid() != wanted:  # it had ended before
        os.kill(os.getpid(), with_signal)
