"""Update the views, decide held operations, destroy keys of erased people, and run scheduled jobs."""

from __future__ import annotations

import gc
import os
import signal
from threading import Event, Timer
from types import FrameType
from typing import Final

import click

BEHIND: Final = 2
"""The `nice` value of a worker relative to the server's processes: recording comes before the views."""

GRACE_SECONDS: Final = 5.0
"""Seconds for a worker to finish its work when it is asked to stop."""

OBJECTS: Final = 100_000
"""New objects between two garbage collections: folds make no cycles, and collecting took a fifth of their time."""


@click.command
def command() -> None:
    """Update the views, decide held operations, destroy keys of erased people, and run scheduled jobs.

    `serve` and `demo` start this themselves; on several machines, any number of workers may run. Views that do not
    have the shape of this program are left to the version that they belong to.
    """
    from callout.lifeline import follow
    from callout.priority import lower_priority
    from callout.serving import open_application
    from callout.settings import Settings
    from callout.worker import work

    follow()
    lower_priority(BEHIND)
    settings = Settings.from_environment()
    stop = Event()

    def end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a handler
        stop.set()
        late = Timer(GRACE_SECONDS, os._exit, (1,))  # being killed loses nothing
        late.daemon = True
        late.start()

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, end)
    with open_application(settings, settings.log_level) as application:
        gc.freeze()
        gc.set_threshold(OBJECTS)
        work(application, stop)
