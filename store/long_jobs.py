"""Jobs that take longer than a request may: requested by one process, run by another, visible to all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from time import monotonic
from typing import Final, Literal, NamedTuple
from uuid import UUID, uuid4

from store.connecting import Connection, Cursor
from store.pool import ConnectionPool

Kind = Literal["rebuild", "verify"]
TRIES: Final = 3
"""The number of starts after which a job counts as failed; it is started again when its process was killed."""
KEPT: Final = timedelta(days=7)
_LOCK: Final = 7_205_114
_PROGRESS_SECONDS: Final = 0.5
_COLUMNS = "id, kind, view, asked_by, asked_at, state, tries, done, total, started_at, ended_at, result, problem"
_DOING: Final = 0
"""No job has this number: a running job holds the lock on it too, so that only one runs at a time."""
_TO_DO = """
SELECT id, number FROM log.jobs
WHERE state IN ('waiting', 'running') AND NOT EXISTS (
    SELECT FROM pg_locks
    WHERE locktype = 'advisory' AND classid = %s AND objid IN (number, 0) AND pid <> pg_backend_pid()
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
)
ORDER BY number
"""


class LongJob(NamedTuple):
    """A job and its progress: `done` of `total` events; `result` is JSON, `problem` one sentence."""

    id: UUID
    kind: Kind
    view: str
    asked_by: UUID | None
    asked_at: datetime
    state: str
    tries: int
    done: int
    total: int
    started_at: datetime | None
    ended_at: datetime | None
    result: str | None
    problem: str | None


def ask_for(pool: ConnectionPool, kind: Kind, view: str, asked_by: UUID | None) -> LongJob:
    """A job: the one that is waiting or running for this view, or a new one. Called as the log's writer."""
    while True:
        found = _jobs(
            pool,
            f"""
            INSERT INTO log.jobs (id, kind, view, asked_by) VALUES (%s, %s, %s, %s)
            ON CONFLICT (kind, view) WHERE state IN ('waiting', 'running') DO NOTHING RETURNING {_COLUMNS}
            """,  # noqa: S608 - names of our own
            (uuid4(), kind, view, asked_by),
        ) or _jobs(
            pool,
            f"SELECT {_COLUMNS} FROM log.jobs WHERE kind = %s AND view = %s AND state IN ('waiting', 'running')",  # noqa: S608 - names of our own
            (kind, view),
        )
        if found:  # otherwise it has ended between the two statements
            return found[0]


def job(pool: ConnectionPool, id: UUID) -> LongJob | None:
    """The job with this id."""
    return next(iter(_jobs(pool, f"SELECT {_COLUMNS} FROM log.jobs WHERE id = %s", (id,))), None)  # noqa: S608 - names of our own


def latest_jobs(pool: ConnectionPool, most: int) -> list[LongJob]:
    """The jobs that were requested last, at most so many."""
    return _jobs(pool, f"SELECT {_COLUMNS} FROM log.jobs ORDER BY number DESC LIMIT %s", (most,))  # noqa: S608 - names of our own


def has_next_job(pool: ConnectionPool) -> bool:
    """Whether a job is waiting, or was left by a process that has ended, and no other job is running."""
    return pool.fetch_one(_TO_DO, (_LOCK,)) is not None


@contextmanager
def taken(pool: ConnectionPool) -> Iterator[LongJob | None]:
    """The next job, locked by a session as the projector of the views; None when there is nothing to do.

    While a job is running, on any machine, no other one is started.
    A job that was started `TRIES` times, each time by a process that was killed, is marked as failed.
    """
    with pool.connection() as session, session.cursor() as cursor, _holding(session, cursor, _DOING) as alone:
        cursor.execute(_TO_DO, (_LOCK,))
        for id, number in cursor.fetchall() if alone else ():
            with _holding(session, cursor, number) as locked:
                found = _begun(cursor, id) if locked else None
                if found is not None:
                    yield found
                    return
    yield None


class Progress:
    """Stores the progress of a job, at most twice a second."""

    def __init__(self, pool: ConnectionPool, id: UUID) -> None:
        self._pool = pool
        self._id = id
        self._due = 0.0

    def __call__(self, done: int, total: int) -> None:
        """So many events of so many are done."""
        now = monotonic()
        if now >= self._due or done >= total:
            self._due = now + _PROGRESS_SECONDS
            self._pool.execute("UPDATE log.jobs SET done = %s, total = %s WHERE id = %s", (done, total, self._id))


def end(pool: ConnectionPool, id: UUID, *, result: str | None = None, problem: str | None = None) -> None:
    """Mark a job as done with a result (JSON), or as failed with a problem (one sentence)."""
    pool.execute(
        "UPDATE log.jobs SET state = %s, result = %s, problem = %s, ended_at = now() WHERE id = %s",
        ("done" if problem is None else "failed", result, problem, id),
    )


def forget_jobs(cursor: Cursor) -> None:
    """Remove jobs that ended a week ago."""
    cursor.execute("DELETE FROM log.jobs WHERE ended_at < now() - %s", (KEPT,))


def _begun(cursor: Cursor, id: UUID) -> LongJob | None:
    """Start a job that is locked here; None when it has ended in between or was started too often."""
    cursor.execute(
        """
        UPDATE log.jobs SET state = 'failed', ended_at = now(), problem = %s
        WHERE id = %s AND state IN ('waiting', 'running') AND tries >= %s
        """,
        (f"The process that did it ended {TRIES} times before it was done.", id, TRIES),
    )
    cursor.execute(
        f"""
        UPDATE log.jobs SET state = 'running', tries = tries + 1, done = 0, total = 0, started_at = now()
        WHERE id = %s AND state IN ('waiting', 'running') RETURNING {_COLUMNS}
        """,  # noqa: S608 - names of our own
        (id,),
    )
    row = cursor.fetchone()
    return None if row is None else LongJob(*row)


@contextmanager
def _holding(session: Connection, cursor: Cursor, number: int) -> Iterator[bool]:
    """Hold the session lock of this number; yields whether it was free."""
    cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", (_LOCK, number))
    locked = cursor.fetchone() == (True,)
    try:
        yield locked
    finally:
        if locked and not session.closed:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", (_LOCK, number))


def _jobs(pool: ConnectionPool, sql: str, values: tuple[object, ...]) -> list[LongJob]:
    return [LongJob(*row) for row in pool.fetch_all(sql, values)]
