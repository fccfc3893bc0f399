"""Issue 8, 19: the process of the long jobs, as the worker really starts it."""

from __future__ import annotations

import time
from threading import Event, Thread

import pytest

from callout.assembly import Application
from callout.job_watch import watch_jobs
from callout.run_time_environment import run_time_environment
from store.long_jobs import LongJob, ask_for, job
from store.roles import address_of


def test_a_job_is_done_by_a_process_that_signs_in_with_the_run_time_roles(application: Application) -> None:
    """Issue 8, found by attack: no job was ever done, since its process took the reader for whoever migrates."""
    pool = application.services.log.pool
    asked = ask_for(pool, "verify", "locations", None)
    stop = Event()
    watcher = Thread(target=watch_jobs, args=(application, stop))
    watcher.start()
    try:
        found = _ended(application, asked)
    finally:
        stop.set()
        watcher.join()
    assert found is not None
    assert (found.state, found.problem) == ("done", None)


def test_children_are_not_told_how_whoever_migrates_signs_in(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 8, found by attack: the way to the database is one for all of them.

    Review 23: nor where a password stands, and not the first administrator's.
    """
    secret = {"DATABASE_URL", "PGUSER", "PGPASSWORD", "PGPASSFILE", "PGSERVICE", "PGSERVICEFILE"}
    secret |= {"CALLOUT_ADMIN_PASSWORD"}
    for name in secret - {"DATABASE_URL"}:
        monkeypatch.setenv(name, "x")
    environment = run_time_environment(application)
    assert not secret & environment.keys()
    assert "passfile" not in address_of("postgresql://acme@db/acme?passfile=/etc/pass")
    assert environment["CALLOUT_RUNTIME_URL"] == application.address


def _ended(application: Application, asked: LongJob) -> LongJob | None:
    deadline = time.monotonic() + 60
    found = None
    while time.monotonic() < deadline and (found is None or found.ended_at is None):
        time.sleep(0.1)
        found = job(application.services.log.pool, asked.id)
    return found
