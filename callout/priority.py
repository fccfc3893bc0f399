"""The scheduling priority of a process."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def lower_priority(steps: int) -> None:
    """Lower the priority of this process by so many steps of `nice`.

    Where the kernel schedules by session (autogroup), the priority of a session that begins with this process
    is lowered as well.
    """
    os.nice(steps)
    if os.getsid(0) == os.getpid():
        with suppress(OSError):
            Path("/proc/self/autogroup").write_text(str(steps))
