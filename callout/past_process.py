"""The process that answers queries of the past for one HTTP process: `python -m … FILE SECONDS MEGABYTES`."""

from __future__ import annotations

import gc
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from time import sleep
from typing import Final

from api.http.metrics import SHARED
from callout.assembly import Application
from callout.journal import write_journal
from callout.priority import lower_priority
from callout.run_time_environment import run_time_environment
from callout.settings import Settings
from projections.catalogue import PROJECTIONS
from projections.past.answering import Answering
from projections.past.desk import PastDesk
from projections.past.place import PastProcess
from store.file_lock import try_lock

BEHIND: Final = 10
"""Its `nice` value relative to the processes that answer requests."""
IDLE_SECONDS: Final = 120.0
_OBJECTS: Final = 100_000
_LOOK_SECONDS: Final = 0.05


def past_desk(application: Application) -> PastDesk:
    """The desk through which this process reads the past; it starts processes on demand."""
    settings = application.settings
    return PastDesk(
        application.services.views,
        partial(_start, application),
        places=settings.past,
        seconds=settings.past_seconds,
    )


def _start(application: Application) -> PastProcess:
    settings = application.settings
    ours, theirs = Pipe()
    environment = run_time_environment(application)
    environment.pop(SHARED, None)
    limits = [str(settings.past_seconds), str(settings.past_memory)]
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "callout.past_process", str(theirs.fileno()), *limits],
            env=environment,
            stdin=subprocess.DEVNULL,
            pass_fds=(theirs.fileno(),),
            start_new_session=True,
        )

    def end() -> None:
        process.kill()
        process.wait()

    return PastProcess(ours, end)


def main(file: int, seconds: int, megabytes: int) -> None:
    """Answer queries until the pipe closes; a fold that exceeds its limits ends the process."""
    lower_priority(BEHIND)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_DATA, (megabytes << 20, megabytes << 20))
    gc.set_threshold(_OBJECTS)
    settings = Settings.from_environment()
    write_journal(settings.log_level)
    with Connection(file) as line, Application(settings) as application:
        limited = partial(_in_turn, settings, seconds)
        Answering(line, application.services.views, PROJECTIONS, idle=IDLE_SECONDS, limited=limited).run()


@contextmanager
def _in_turn(settings: Settings, seconds: int) -> Iterator[None]:
    """Wait for one of the `past` locks of the home, so that only so many processes fold at once.

    The kernel ends this process when the body takes longer than `seconds`: the HTTP process sees the pipe close.
    """
    with ExitStack() as stack:
        settings.home.mkdir(parents=True, exist_ok=True)
        files = [stack.enter_context((settings.home / f"past.{n}.lock").open("w")) for n in range(settings.past)]
        while not any(try_lock(file.fileno()) for file in files):
            sleep(_LOOK_SECONDS)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
