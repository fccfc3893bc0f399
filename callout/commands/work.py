"""Keep the views up with the log, destroy the keys of erased people, and do the scheduled jobs."""

from __future__ import annotations

import gc
import os
import signal
from contextlib import suppress
from pathlib import Path
from threading import Event
from types import FrameType
from typing import Final

import click

BEHIND: Final = 2
"""How far a worker stands behind the server's processes (`nice`): taking in comes first, views may follow later."""

OBJECTS: Final = 100_000
"""So many new ones between two looks for reference cycles: folds make none, and looking took a fifth of their time."""


@click.command
def command() -> None:
    """Keep the views up with the log, destroy the keys of erased people, and do the scheduled jobs.

    `serve` and `demo` start this by themselves; on several machines, any number of workers may run.
    """
    from callout.lifeline import follow
    from callout.serving import house
    from callout.settings import Settings
    from callout.worker import work

    follow()
    _stand_behind()
    settings = Settings.from_environment()
    stop = Event()

    def end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a handler
        stop.set()

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, end)
    with house(settings, settings.log_level) as built:
        built.ensure_views()
        gc.freeze()
        gc.set_threshold(OBJECTS)
        work(built, stop)


def _stand_behind() -> None:
    """Let others go first. Where every session has a share of the processors of its own, its share has to be named."""
    os.nice(BEHIND)
    if os.getsid(0) == os.getpid():
        with suppress(OSError):
            Path("/proc/self/autogroup").write_text(str(BEHIND))
