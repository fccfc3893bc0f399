"""Reads of the past answered by threads instead of processes, with folds that wait until a test releases them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from multiprocessing import Pipe
from threading import Event, Thread
from typing import Any

from projections.engine.reader import Reader
from projections.engine.views import Views
from projections.past.answering import Answering
from projections.past.desk import PastDesk
from projections.past.place import PastProcess
from store.log import EventLog
from store.pool import ConnectionPool
from tests.support.sample_views import SAMPLES


class SlowViews(Views):
    """Views whose folds wait for `go` and then raise `fails`, if set."""

    def __init__(self, log: EventLog, pool: ConnectionPool) -> None:
        super().__init__(log, SAMPLES, pool)
        self.begun = 0
        self.go = Event()
        self.go.set()
        self.fails: BaseException | None = None

    @contextmanager
    def at(self, *args: Any, **more: Any) -> Iterator[Reader]:
        self.begun += 1
        assert self.go.wait(30)
        if self.fails is not None:
            raise self.fails
        with super().at(*args, **more) as reader:
            yield reader


class ThreadedPast:
    """A desk whose tellers are threads with a pool of their own."""

    def __init__(self, log: EventLog, pool: ConnectionPool, **options: Any) -> None:
        self.slow = SlowViews(log, pool)
        self.threads: list[Thread] = []
        self.ended = 0
        self.started = 0
        self.present = Views(log, SAMPLES)
        self.desk = PastDesk(self.present, self._start, **({"patience": 0.3, "line": 2} | options))

    def _start(self) -> PastProcess:
        ours, theirs = Pipe()
        self.started += 1

        def answer_questions() -> None:
            with theirs:
                Answering(theirs, self.slow, SAMPLES, idle=30).run()

        self.threads.append(Thread(target=answer_questions))
        self.threads[-1].start()

        def end() -> None:
            self.ended += 1

        return PastProcess(ours, end)

    def count(self, known_at: int | None = None, as_of: datetime | None = None) -> int:
        """How many lines the ledger had."""
        with self.desk.at(SAMPLES, known_at, as_of) as reader:
            row = reader.fetch_one("SELECT count(*) AS many FROM ledger")
        assert row is not None
        return int(row["many"])

    def close(self) -> None:
        self.slow.go.set()
        self.desk.close()
        for thread in self.threads:
            thread.join()
        for views in (self.slow, self.present):
            views.close()
