"""The supervisor: starts the server's processes, restarts those that die, and stops all of them."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread
from types import FrameType

import structlog

from callout.child import Child
from callout.tenancy import Tenancy

_TICK_SECONDS = 0.2
_STOP_SECONDS = 5.0
"""Seconds for a child to stop before it is killed, which loses nothing."""
_log = structlog.get_logger(__name__)


class Supervisor:
    """Watches over the children, in the order in which they are stopped, and over the embedded server, if there is one.

    For the main thread: it answers SIGINT and SIGTERM, and children end with the thread that started them.
    """

    def __init__(self, children: Sequence[Child], tenancy: Tenancy | None = None) -> None:
        self._children = children
        self._tenancy = tenancy
        self._stop = Event()
        self._hurry = Event()

    def run(self, meanwhile: Callable[[Event], None] | None = None) -> None:
        """Keep everything running until a signal arrives, then stop it in order.

        `meanwhile` runs once in a thread, with an event that is set at the end; what it raises ends everything and is
        raised here. Raises `ChildKeepsDyingError` when a child cannot be kept running.
        """
        beside = _Beside(meanwhile, self._stop)
        with self._signals():
            try:
                for child in self._children:
                    child.start()
                beside.start()
                while not self._stop.wait(_TICK_SECONDS):
                    self._look()
            finally:
                self._stop.set()
                self._end()
        beside.join(_STOP_SECONDS)
        if beside.error is not None:
            raise beside.error

    def _look(self) -> None:
        if self._tenancy is not None and not self._tenancy.is_running():
            _log.warning("the database server has gone; starting it again")
            self._tenancy.start()
        for child in self._children:
            child.look_after()

    def _end(self) -> None:
        for child in self._children:
            child.ask_to_stop()
            deadline = time.monotonic() + _STOP_SECONDS
            while child.is_running() and time.monotonic() < deadline and not self._hurry.is_set():
                time.sleep(_TICK_SECONDS / 10)
            child.kill()

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """The first signal stops the children in order, the second one kills them."""

        def answer(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a handler
            (self._hurry if self._stop.is_set() else self._stop).set()

        before = {each: signal.signal(each, answer) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)


class _Beside(Thread):
    """What runs once beside the children."""

    def __init__(self, work: Callable[[Event], None] | None, stop: Event) -> None:
        super().__init__(name="beside", daemon=True)
        self._work = work
        self._stop_all = stop
        self.error: BaseException | None = None

    def run(self) -> None:
        """Run it; a failure ends everything."""
        try:
            if self._work is not None:
                self._work(self._stop_all)
        except BaseException as error:  # noqa: BLE001 - it is raised in the main thread
            self.error = error
            self._stop_all.set()
