"""A pool of PostgreSQL connections that waits when all are in use instead of failing or closing them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from threading import Condition
from typing import Any
from weakref import WeakSet

from eventsourcing.persistence import DataError, InterfaceError, OperationalError

from store.connecting import (
    SEARCH_PATH,
    STATEMENT_TIMEOUT,
    Connection,
    Cursor,
    answers,
    is_reusable,
    is_silent,
    open_connection,
)
from store.errors import OutcomeUnknownError, PoolExhaustedError, renamed, settled

Params = Sequence[Any] | Mapping[str, Any]
Row = tuple[Any, ...]


class ConnectionPool:
    """At most `size` connections to one database; the one used last is lent first.

    Thread-safe; a forked child starts with an empty pool of its own. psycopg2 errors are converted to those of
    `eventsourcing.persistence`, with the original as `__cause__`.
    """

    def __init__(
        self,
        dsn: str,
        *,
        role: str | None = None,
        size: int = 10,
        timeout: float = 10.0,
        search_path: str = SEARCH_PATH,
        statement_timeout: float = STATEMENT_TIMEOUT,
        check_after: float = 30.0,
    ) -> None:
        """Times in seconds: the longest wait for a connection, the limit of a statement, idle time before a check."""
        if size < 1:
            raise ValueError("a pool needs room for at least one connection")
        self.dsn = dsn
        self.size = size
        self.timeout = timeout
        self._check_after = check_after
        self._open = partial(
            open_connection,
            dsn,
            role=role,
            search_path=search_path,
            statement_timeout=statement_timeout,
            connect_timeout=timeout,
        )
        self._closed = False
        self.forget()
        _POOLS.add(self)

    def forget(self) -> None:
        """Drop all connections without closing them: for a forked child, to which its parent's do not belong."""
        self._changed = Condition()
        self._idle: list[tuple[Connection, float]] = []
        self._lent = 0

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Lend one autocommit connection; a transaction left open on it is rolled back.

        Raises PoolExhaustedError when none is given back within `timeout`.
        """
        owner = os.getpid()
        with renamed():
            lent = self._take()
            try:
                yield lent
            finally:
                if owner == os.getpid():
                    self._give_back(lent)

    @contextmanager
    def transaction(self) -> Iterator[Cursor]:
        """Lend a cursor between BEGIN and COMMIT, READ COMMITTED; an exception rolls back.

        Raises OutcomeUnknownError when the connection is lost during COMMIT.
        """
        with self.connection() as lent, lent.cursor() as active:
            active.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
            yield active
            with settled(lent):
                active.execute("COMMIT")
            if active.statusmessage != "COMMIT":  # PostgreSQL answers ROLLBACK, and no error
                raise OperationalError("a statement failed, so the transaction was rolled back")

    def execute(self, sql: str, params: Params | None = None) -> list[Row]:
        """Run one writing statement in a transaction of its own; the rows it returns.

        Raises OutcomeUnknownError when the connection is lost before the reply, and DataError for a text that the
        database cannot store.
        """
        with self.connection() as lent, lent.cursor() as active, settled(lent):
            try:
                active.execute(sql, params)
            except ValueError as error:  # the driver's word for NUL and for half of a surrogate pair
                raise DataError("a text holds a character that the database cannot hold") from error
            return active.fetchall() if active.description else []

    def fetch_all(self, sql: str, params: Params | None = None) -> list[Row]:
        """All rows of one reading statement, which is repeated once when the connection is lost."""
        try:
            return self.execute(sql, params)
        except OutcomeUnknownError:
            return self.execute(sql, params)

    def fetch_one(self, sql: str, params: Params | None = None) -> Row | None:
        """The first row of one reading statement, or None."""
        return next(iter(self.fetch_all(sql, params)), None)

    @property
    def in_use(self) -> int:
        """The number of connections that are lent now."""
        return self._lent

    def close(self) -> None:
        """Close idle connections now and the others when they are returned; lends none any more."""
        with self._changed:
            self._closed = True
            idle, self._idle = self._idle, []
            self._changed.notify_all()
        for kept, _ in idle:
            kept.close()

    def _take(self) -> Connection:
        with self._changed:
            if not self._changed.wait_for(self._has_room, self.timeout):
                raise PoolExhaustedError(f"no free connection of {self.size} in {self.timeout:g} s")
            if self._closed:
                raise InterfaceError("the pool is closed")
            self._lent += 1
        try:
            kept = self._kept_one()
            return self._open() if kept is None else kept
        except BaseException:
            with self._changed:
                self._lent -= 1
                self._changed.notify()
            raise

    def _has_room(self) -> bool:
        return self._closed or self._lent < self.size

    def _kept_one(self) -> Connection | None:
        """An idle connection that is known to work, or None when there is none."""
        while True:
            with self._changed:
                if not self._idle:
                    return None
                kept, since = self._idle.pop()
            rested = time.monotonic() - since
            if (rested < self._check_after and is_silent(kept)) or answers(kept):
                return kept
            kept.close()

    def _give_back(self, lent: Connection) -> None:
        keep = is_reusable(lent)
        with self._changed:
            keep = keep and not self._closed
            if keep:
                self._idle.append((lent, time.monotonic()))
            self._lent -= 1
            self._changed.notify()
        if not keep:
            lent.close()


_POOLS: WeakSet[ConnectionPool] = WeakSet()


def _forget_inherited() -> None:
    """Two processes must not share a connection; psycopg2 closes one only in the process that opened it."""
    for pool in _POOLS:
        pool.forget()


os.register_at_fork(after_in_child=_forget_inherited)
