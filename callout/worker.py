"""The worker: keeps the views up, decides about held operations, destroys the keys of erased people, does the jobs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from threading import Event, Thread

import structlog
from eventsourcing.persistence import PersistenceError

from callout.assembly import House
from callout.jobs import Job, forget_slots, scheduler
from domain.instant import now
from domain.problem import Problem
from store.blobs.sweeping import sweep
from store.blobs.uploads import forget_uploads
from store.connecting import Cursor
from store.erasure import Erasure
from store.housekeeping import forget_expired
from store.wakeup import Listener

_LISTEN_SECONDS = 1.0
_PAUSE_SECONDS = 2.0
_log = structlog.get_logger(__name__)


def work(house: House, stop: Event) -> None:
    """Work until `stop` is set; any number of workers may run at once."""
    pool = house.services.log.pool
    timetable = scheduler(jobs(house), pool)
    erasing = ("log", Erasure(house.services.log).catch_up, "keys of erased people destroyed")
    settling = ("views", lambda: house.services.holding.settle(now()), "held operations decided")
    followers = [Thread(target=_follow, args=(house, stop, *each), name=each[2]) for each in (erasing, settling)]
    timetable.start()
    for follower in followers:
        follower.start()
    try:
        house.projector().run(stop)
    finally:
        stop.set()
        for follower in followers:
            follower.join()
        timetable.shutdown()


def jobs(house: House) -> list[Job]:
    """What is done now and then."""
    return [
        Job("say-how-far", timedelta(minutes=1), _say_how_far(house)),
        Job("forget-expired", timedelta(minutes=10), forget_expired),
        Job("forget-security-events", timedelta(days=1), _forget_security_events(house)),
        Job("forget-slots", timedelta(days=1), forget_slots),
        Job("forget-uploads", timedelta(minutes=1), forget_uploads),
        Job("sweep-blobs", timedelta(minutes=1), lambda cursor: sweep(cursor, house.place)),
        Job("tidy-blobs", timedelta(days=1), lambda _: house.place.tidy()),
    ]


def _forget_security_events(house: House) -> Callable[[Cursor], None]:
    keep = timedelta(days=house.settings.security_log_days)
    return lambda cursor: house.services.security.forget(cursor, keep)


def _say_how_far(house: House) -> Callable[[Cursor], None]:
    def say(cursor: Cursor) -> None:
        cursor.execute("SELECT position FROM log.head")
        [(head,)] = cursor.fetchall()
        reached = house.services.views.position()
        _log.info("how far the views are", position=head, views=reached, lag=head - reached)

    return say


def _follow(house: House, stop: Event, channel: str, do: Callable[[], int], done: str) -> None:
    """Do what there is to do, woken up by each move of the log or the views; what fails is tried again."""
    with closing(Listener(house.dsn, (channel,))) as listener:
        while not stop.is_set():
            try:
                many = do()
                if many:
                    _log.info(done, many=many)
                listener.wait(_LISTEN_SECONDS)
            except (PersistenceError, Problem) as error:
                _log.error("not done now: " + done, reason=type(error).__name__)
                stop.wait(_PAUSE_SECONDS)
