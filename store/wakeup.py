"""Waking up when the log or the views have moved, also after lost connections."""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Sequence
from threading import Condition, Thread
from typing import Any

import psycopg2
import structlog
from eventsourcing.persistence import ApplicationRecorder, ListenNotifySubscription, PersistenceError

from store.connecting import Connection, open_connection
from store.errors import name_of

_log = structlog.get_logger(__name__)
POLL_SECONDS = 3.0
_RECONNECT_SECONDS = 0.5


class Listener:
    """One connection that listens on channels; not thread-safe."""

    def __init__(self, dsn: str, channels: Sequence[str] = ("log",)) -> None:
        self._dsn = dsn
        self._channels = channels
        self._connection: Connection | None = None

    def wait(self, seconds: float = POLL_SECONDS) -> bool:
        """Whether there may be something new: a notification has arrived, or the connection was opened (again)."""
        try:
            if self._connection is None:
                self._connection = open_connection(self._dsn, statement_timeout=0)
                with self._connection.cursor() as cursor:
                    for channel in self._channels:
                        cursor.execute(f'LISTEN "{channel}"')
                return True
            if not self._connection.notifies and not select.select([self._connection], [], [], seconds)[0]:
                return False
            self._connection.poll()
            woken = bool(self._connection.notifies)
            self._connection.notifies.clear()
        except (psycopg2.Error, OSError, ValueError):
            self.close()
            time.sleep(_RECONNECT_SECONDS)
            return True
        return woken

    def close(self) -> None:
        """Close the connection; the next wait opens a new one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class Wakeups:
    """One listening thread per process, for any number of waiting threads and callbacks."""

    def __init__(self, dsn: str, channels: Sequence[str] = ("views",)) -> None:
        self._listener = Listener(dsn, channels)
        self._moved = Condition()
        self._count = 0
        self._called: list[tuple[Callable[[], None], Callable[[], None]]] = []
        self.stopped = False
        self._thread: Thread | None = None

    def wait(self, until: Callable[[], Any], seconds: float) -> Any:
        """Call `until` now, after each wake-up and at intervals, for at most `seconds`; returns its last result."""
        self.start()
        deadline = time.monotonic() + seconds
        while True:
            with self._moved:
                seen = self._count
            answer = until()
            left = deadline - time.monotonic()
            if answer or left <= 0 or self.stopped:
                return answer
            with self._moved:
                self._moved.wait_for(lambda: self._count != seen or self.stopped, min(left, POLL_SECONDS))  # noqa: B023

    def subscribe(self, moved: Callable[[], None], closed: Callable[[], None]) -> None:
        """Have `moved` called by the listening thread, after each wake-up and at intervals; `closed` at the end.

        An error in a call, as when the database is unavailable, is logged, and the next wake-up calls again.
        """
        self._called.append((moved, closed))

    def start(self) -> None:
        """Start listening, unless already started."""
        with self._moved:
            if self._thread is None or not (self._thread.is_alive() or self.stopped):
                self._thread = Thread(target=self._listen, name="wakeups", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Wake up all waiting threads for the last time and stop listening."""
        self.stopped = True
        with self._moved:
            self._moved.notify_all()
        for _, closed in self._called:
            closed()
        if self._thread is not None:
            self._thread.join(POLL_SECONDS)

    def _listen(self) -> None:
        called_at = time.monotonic()
        while not self.stopped:
            if self._listener.wait(1.0) or time.monotonic() - called_at > POLL_SECONDS:
                called_at = time.monotonic()
                with self._moved:
                    self._count += 1
                    self._moved.notify_all()
                for moved, _ in self._called:
                    try:
                        moved()
                    except PersistenceError:
                        called_at = 0.0
                    except Exception as error:  # noqa: BLE001 - other callbacks and waiting threads must still be woken up
                        _log.error("not done at a wake-up", cause=name_of(error))
                        called_at = 0.0
        self._listener.close()


class LogSubscription(ListenNotifySubscription[ApplicationRecorder]):
    """The library's subscription, which pulls once after LISTEN, polls anyway, and reconnects."""

    def __init__(self, recorder: ApplicationRecorder, dsn: str, gt: int | None, topics: Sequence[str]) -> None:
        self._listener = Listener(dsn)
        super().__init__(recorder=recorder, gt=gt, topics=topics)
        self._listen_thread = Thread(target=self._listen, name="log-subscription", daemon=True)
        self._listen_thread.start()

    def __exit__(self, *args: object, **kwargs: Any) -> None:
        """Stop both threads."""
        super().__exit__(*args, **kwargs)
        self._listen_thread.join()

    def _listen(self) -> None:
        while not self._has_been_stopped:
            self._listener.wait(0.2)
            self._has_been_notified.set()
        self._listener.close()
