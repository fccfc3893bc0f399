"""Issue 8, 20: a failed part of the worker is retried, a dead one is noticed, and a silent one is reported."""

from __future__ import annotations

from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

import pytest

from callout import worker
from callout.assembly import Application
from callout.worker import PartDiedError, work
from store.erasure import Erasure
from store.heartbeats import Heartbeats, heartbeats, silent


def parts(application: Application) -> set[str]:
    with application.services.log.pool.transaction() as cursor:
        return {heart.part for heart in heartbeats(cursor)}


def at_work(application: Application, stop: Event) -> Thread:
    application.ensure_views()
    thread = Thread(target=work, args=(application, stop))
    thread.start()
    return thread


def wait_for(condition: Any, seconds: float = 15) -> bool:
    deadline = monotonic() + seconds
    while not condition() and monotonic() < deadline:
        sleep(0.05)
    return bool(condition())


def test_every_part_gives_signs_of_life_until_the_worker_ends(application: Application) -> None:
    stop = Event()
    thread = at_work(application, stop)
    try:
        assert wait_for(lambda: parts(application) == {"views", "keys", "held"})
    finally:
        stop.set()
        thread.join(20)
    assert not thread.is_alive()
    assert parts(application) == set(), "a worker that ended as it should is not missed"


def test_a_part_that_fails_in_a_way_nobody_thought_of_goes_on(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_PAUSE_SECONDS", 0.01)
    tries: list[int] = []

    def fail(_: Any) -> int:
        tries.append(1)
        raise KeyError(len(tries))

    monkeypatch.setattr(Erasure, "catch_up", fail)
    stop = Event()
    thread = at_work(application, stop)
    try:
        assert wait_for(lambda: len(tries) > 3)
    finally:
        stop.set()
        thread.join(20)


def test_a_part_that_has_died_ends_the_worker_so_that_another_is_started(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    application.ensure_views()
    follow = worker._follow

    def die(*args: Any) -> None:
        if args[-1].name != "held":
            follow(*args)

    monkeypatch.setattr(worker, "_follow", die)
    with pytest.raises(PartDiedError, match="held"):
        work(application, Event())


def test_a_part_that_hangs_ends_the_process_so_that_another_is_started(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 8, 20: it was told of, and nobody ended it."""
    monkeypatch.setattr(worker, "_WATCH_SECONDS", 0.05)
    monkeypatch.setattr(worker, "HANGING", 3.0)
    stop, goes_on, given_up = Event(), Event(), Event()
    monkeypatch.setattr(Erasure, "catch_up", lambda _: goes_on.wait(60) and 0)
    application.ensure_views()
    thread = Thread(target=work, args=(application, stop, given_up.set))
    thread.start()
    try:
        assert given_up.wait(30)
    finally:
        stop.set()
        goes_on.set()
        thread.join(20)
    assert not thread.is_alive()


def test_a_part_counts_as_silent_when_no_worker_does_it(application: Application) -> None:
    pool = application.services.projecting.pool
    pool.execute("INSERT INTO log.heartbeats VALUES ('a:1', 'views', now() - interval '2 minutes')")
    with pool.transaction() as cursor:
        assert set(silent(heartbeats(cursor))) == {"views"}
    Heartbeats(pool).beat("views")
    with pool.transaction() as cursor:
        assert silent(heartbeats(cursor)) == {}
