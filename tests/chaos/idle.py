"""An idle transaction in another database of the same cluster, held open during a run."""

from __future__ import annotations

from contextlib import closing
from threading import Event, Thread
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import psycopg2

from store.connecting import is_silent, open_connection

_LOOK_SECONDS = 0.2


class IdleTransaction:
    """Holds a transaction id without writing; begun again after each restart of PostgreSQL. `begun` counts."""

    def __init__(self, dsn: str) -> None:
        self.begun = 0
        self._dsn = urlsplit(dsn)._replace(path="/postgres").geturl()
        self._stop = Event()
        self._thread = Thread(target=self._hold, daemon=True, name="idle transaction")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(20)

    def _hold(self) -> None:
        while not self._stop.is_set():
            try:
                with closing(open_connection(self._dsn)) as session, session.cursor() as cursor:
                    cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
                    cursor.execute("SELECT pg_current_xact_id()")
                    self.begun += 1
                    while is_silent(session) and not self._stop.wait(_LOOK_SECONDS):
                        pass
            except psycopg2.Error:
                self._stop.wait(_LOOK_SECONDS)
