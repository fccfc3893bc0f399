"""Starts a separate process for long jobs, so that neither requests nor views wait for them."""

from __future__ import annotations

import os
import subprocess
import sys
from threading import Event
from typing import Final

import structlog
from eventsourcing.persistence import PersistenceError

from callout.assembly import Application
from callout.lifeline import PARENT
from callout.run_time_environment import run_time_environment
from store.long_jobs import has_next_job

LOOK_SECONDS: Final = 1.0
_PAUSE_SECONDS: Final = 2.0
_LOOK_AGAIN_SECONDS: Final = 0.1
_log = structlog.get_logger(__name__)


def watch_jobs(application: Application, stop: Event) -> None:
    """Start the process that does the jobs when there are any, one at a time, until `stop` is set.

    A process that is killed leaves its job to the next one (`store.long_jobs.TRIES` times).
    """
    while not stop.wait(LOOK_SECONDS):
        try:
            due = has_next_job(application.services.projecting.pool)
        except PersistenceError as error:
            _log.warning("the jobs cannot be read now", reason=type(error).__name__)
            continue
        if due:
            status = _run(application, stop)
            if status and not stop.is_set():
                _log.warning("the process of the jobs has ended", status=status)
                stop.wait(_PAUSE_SECONDS)


def _run(application: Application, stop: Event) -> int:
    """One process until it ends, or until `stop` is set; its exit status."""
    environment = run_time_environment(application) | {PARENT: str(os.getpid())}
    process = subprocess.Popen(
        [sys.executable, "-m", "callout.job_process"],
        env=environment,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        while process.poll() is None and not stop.wait(_LOOK_AGAIN_SECONDS):
            pass
    finally:
        process.kill()
        process.wait()
    return process.returncode
