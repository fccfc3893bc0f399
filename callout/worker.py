"""The worker: projects the views, decides held operations, destroys keys of erased people, runs scheduled jobs."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from functools import partial
from threading import Event, Thread
from typing import NamedTuple

import structlog
from eventsourcing.persistence import PersistenceError

from callout.assembly import Application
from callout.job_watch import watch_jobs
from callout.jobs import Job, forget_slots, scheduler
from domain.kernel.instant import now
from store.blobs.sweeping import forget_uploads, sweep
from store.connecting import Cursor
from store.erasure import Erasure
from store.errors import name_of
from store.heartbeats import HANGING, Heartbeats
from store.housekeeping import forget_expired
from store.long_jobs import forget_jobs
from store.wakeup import Listener

_LISTEN_SECONDS = 1.0
_PAUSE_SECONDS = 2.0
_WATCH_SECONDS = 5.0
_EXIT = partial(os._exit, 1)
_log = structlog.get_logger(__name__)


class PartDiedError(PersistenceError):
    """A part of the worker has died, so that its process must be restarted."""


class _Part(NamedTuple):
    """A follower of a channel beside the projector: its function, and the log line for its results."""

    name: str
    channel: str
    do: Callable[[], int]
    done: str


def work(application: Application, stop: Event, give_up: Callable[[], None] = _EXIT) -> None:
    """Work until `stop` is set; any number of workers may run at once.

    Each part sends heartbeats. Raises `PartDiedError` when one has died: the supervisor then starts another process.
    A part that hangs cannot be ended alone: then `give_up` ends the process, which loses nothing.
    """
    pool = application.services.log.pool
    timetable = scheduler(jobs(application), pool)
    heart = Heartbeats(application.services.projecting.pool)
    followers = [
        Thread(target=_follow, args=(application, stop, heart, each), name=each.name) for each in _parts(application)
    ]
    followers.append(Thread(target=watch_jobs, args=(application, stop), name="long jobs"))
    dead: set[str] = set()

    def beat() -> None:
        heart.beat("views")
        dead.update(each.name for each in followers if not each.is_alive())
        if dead:
            stop.set()

    timetable.start()
    Thread(target=_watch, args=(stop, heart, give_up), name="watch", daemon=True).start()
    for follower in followers:
        follower.start()
    try:
        application.projector().run(stop, beat)
    finally:
        stop.set()
        for follower in followers:
            follower.join()
        timetable.shutdown()
    if dead:
        raise PartDiedError(f"a part of the worker has died: {', '.join(sorted(dead))}")
    heart.end()


def _parts(application: Application) -> list[_Part]:
    settle = application.services.holding.settle
    return [
        _Part("keys", "log", Erasure(application.services.log).catch_up, "keys of erased people destroyed"),
        _Part("held", "views", lambda: settle(now()), "held operations decided"),
    ]


def jobs(application: Application) -> list[Job]:
    """The scheduled jobs."""
    return [
        Job("say-how-far", timedelta(minutes=1), _log_progress(application)),
        Job("forget-expired", timedelta(minutes=10), forget_expired),
        Job("forget-security-events", timedelta(days=1), _forget_security_events(application)),
        Job("forget-slots", timedelta(days=1), forget_slots),
        Job("forget-jobs", timedelta(hours=1), forget_jobs),
        Job("forget-uploads", timedelta(minutes=1), forget_uploads),
        Job("sweep-blobs", timedelta(minutes=1), lambda cursor: sweep(cursor, application.place)),
        Job("tidy-blobs", timedelta(days=1), lambda _: application.place.tidy()),
    ]


def _forget_security_events(application: Application) -> Callable[[Cursor], None]:
    keep = timedelta(days=application.settings.security_log_days)
    return lambda cursor: application.services.security.forget(cursor, keep)


def _log_progress(application: Application) -> Callable[[Cursor], None]:
    def log_positions(cursor: Cursor) -> None:
        cursor.execute("SELECT position FROM log.head")
        [(head,)] = cursor.fetchall()
        reached = application.services.views.position()
        _log.info("positions of the log and the views", position=head, views=reached, lag=head - reached)

    return log_positions


def _watch(stop: Event, heart: Heartbeats, give_up: Callable[[], None]) -> None:
    while not stop.wait(_WATCH_SECONDS):
        if parts := heart.hanging(HANGING):
            _log.error("parts of the worker hang; the process is ended", parts=parts)
            give_up()
            return


def _follow(application: Application, stop: Event, heart: Heartbeats, part: _Part) -> None:
    """Run a follower on each notification of its channel; failures are retried."""
    with closing(Listener(application.dsn, (part.channel,))) as listener:
        while not stop.is_set():
            try:
                heart.beat(part.name)
                many = part.do()
                if many:
                    _log.info(part.done, many=many)
                listener.wait(_LISTEN_SECONDS)
            except Exception as error:  # noqa: BLE001 - whatever it is, the thread continues
                _log.error("not done now: " + part.done, reason=name_of(error))
                stop.wait(_PAUSE_SECONDS)
