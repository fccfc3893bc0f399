"""How much of the processors a process may have when others want them too."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def stand_behind(steps: int) -> None:
    """Let others go first, by so many steps of `nice`.

    Where every session has a share of the processors of its own, the share of a session that begins with this process
    is lowered as well.
    """
    os.nice(steps)
    if os.getsid(0) == os.getpid():
        with suppress(OSError):
            Path("/proc/self/autogroup").write_text(str(steps))
