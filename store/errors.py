"""The errors of PostgreSQL as exceptions that other packages may catch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from traceback import extract_tb
from typing import Final

import psycopg2
from eventsourcing import persistence
from psycopg2.extensions import connection

_PASSING: Final = (
    "08",  # the connection failed
    "25006",  # a standby that is being promoted
    "40",  # serialization, deadlock
    "53",  # too many connections, no memory, a full disk
    "55006",
    "55P03",  # a lock is held
    "57",  # shut down, starting up, cancelled
    "58",  # an error of the system
    "23505",  # a concurrent insert
)
"""SQLSTATEs, or their prefixes, of temporary errors."""


class OutcomeUnknownError(persistence.OperationalError):
    """The reply to a write was lost: it may have been recorded or not. Ask again by operation id."""


class PoolExhaustedError(persistence.ConnectionUnavailableError):
    """Every connection stayed in use for as long as the caller was willing to wait."""


class MigrationError(persistence.PersistenceError):
    """The database and the migration files do not match."""


class EmbeddedPostgresError(persistence.PersistenceError):
    """The embedded PostgreSQL cannot be found, started or stopped."""


# Ordered from the special to the general: the first matching class is used.
_NAMES: tuple[tuple[type[psycopg2.Error], type[persistence.PersistenceError]], ...] = (
    (psycopg2.InterfaceError, persistence.InterfaceError),
    (psycopg2.DataError, persistence.DataError),
    (psycopg2.OperationalError, persistence.OperationalError),
    (psycopg2.IntegrityError, persistence.IntegrityError),
    (psycopg2.InternalError, persistence.InternalError),
    (psycopg2.ProgrammingError, persistence.ProgrammingError),
    (psycopg2.NotSupportedError, persistence.NotSupportedError),
    (psycopg2.DatabaseError, persistence.DatabaseError),
)


def rename(error: psycopg2.Error) -> persistence.PersistenceError:
    """The event-sourcing library's error for one of psycopg2's.

    Only the first line of the message is kept: PostgreSQL's DETAIL quotes the row's values.
    """
    message = error.diag.message_primary or str(error).strip()
    for theirs, ours in _NAMES:
        if isinstance(error, theirs):
            return ours(message)
    return persistence.PersistenceError(message)


def is_temporary(error: persistence.PersistenceError) -> bool:
    """Whether the same request may succeed a moment later; otherwise it is wrong, or something here is.

    Errors without a PostgreSQL code, or raised by this program itself, count as temporary.
    """
    cause = error.__cause__
    if not isinstance(cause, psycopg2.Error) or isinstance(error, OutcomeUnknownError):
        return not isinstance(error, persistence.DataError | persistence.ProgrammingError)
    if cause.pgcode is None:
        return isinstance(cause, psycopg2.OperationalError | psycopg2.InterfaceError)
    return cause.pgcode.startswith(_PASSING)


def reason_of(error: persistence.PersistenceError) -> str:
    """PostgreSQL's name of the error, without values of the statement."""
    cause = error.__cause__
    code = cause.pgcode if isinstance(cause, psycopg2.Error) else None
    return f"{type(error).__name__} {code}" if code else type(error).__name__


def is_of_input(error: persistence.PersistenceError) -> bool:
    """Whether the error is about a value that the database cannot store."""
    return isinstance(error, persistence.DataError)


@contextmanager
def renamed() -> Iterator[None]:
    """Convert every psycopg2 error to one of the library's, with the original as its cause."""
    try:
        yield
    except psycopg2.Error as error:
        raise rename(error) from error


@contextmanager
def settled(used: connection) -> Iterator[None]:
    """Distinguish a failed write from one with an unknown outcome."""
    used.notices.clear()
    try:
        yield
    except psycopg2.Error as error:
        if used.closed:
            raise OutcomeUnknownError("the connection was lost before the reply") from error
        raise
    # A cancelled wait for the standby is only a warning: committed here, but it may be lost at a failover.
    if any("wait for synchronous replication" in notice for notice in used.notices):
        raise OutcomeUnknownError("recorded here, but no standby has confirmed it")


class Trouble(Enum):
    """The problem that an error of PostgreSQL or its driver means."""

    AWAY = "away"
    """The database is unavailable, full or busy: the same statement will work later."""
    REFUSED = "refused"
    """The database refuses the values, and will again."""
    TABLE = "table"
    """A table is missing or has another shape: nothing works until it is rebuilt."""
    CODE = "code"
    """No error of the database."""


_REFUSALS = ("0A", "21", "22", "23", "54")
_OF_THE_TABLE = "42"
_TOO_LARGE_FOR_MEMORY = "XX000"
_CANCELLED = "57014"


def trouble_of(error: BaseException) -> Trouble:
    """The kind of trouble, by the SQLSTATE of psycopg2's error or of the one that was converted."""
    if isinstance(error, persistence.PersistenceError) and isinstance(error.__cause__, psycopg2.Error):
        return trouble_of(error.__cause__)
    if isinstance(error, psycopg2.Error):
        state = error.pgcode
        if state is None:
            lost = isinstance(error, psycopg2.OperationalError | psycopg2.InterfaceError)
            return Trouble.AWAY if lost else Trouble.REFUSED
        if state.startswith(_OF_THE_TABLE):
            return Trouble.TABLE
        return Trouble.REFUSED if state.startswith(_REFUSALS) or state == _TOO_LARGE_FOR_MEMORY else Trouble.AWAY
    lost = isinstance(error, persistence.OperationalError | persistence.InterfaceError)
    return Trouble.AWAY if lost else Trouble.CODE


def is_timeout(error: BaseException) -> bool:
    """Whether a statement was cancelled, for example at its time limit."""
    cause = error.__cause__ if isinstance(error, persistence.PersistenceError) else error
    return isinstance(cause, psycopg2.Error) and cause.pgcode == _CANCELLED


def name_of(error: BaseException) -> str:
    """The class of an error with its SQLSTATE, and where it was raised; no values, since they may be personal.

    An error that was raised from another one is named by that.
    """
    first = error
    while first.__cause__ is not None:
        first = first.__cause__
    state = getattr(first, "pgcode", None)
    frames = extract_tb(first.__traceback__)
    where = f" in {frames[-1].name}, {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(first).__name__}{f' ({state})' if state else ''}{where}"
