"""Opens one psycopg2 connection with the settings of this program, and checks whether it is still usable."""

from __future__ import annotations

import select
from typing import TypeAlias
from uuid import UUID

import psycopg2
from msgspec import convert
from psycopg2 import extras
from psycopg2.extensions import (
    TRANSACTION_STATUS_IDLE,
    TRANSACTION_STATUS_INERROR,
    TRANSACTION_STATUS_INTRANS,
    connection,
    cursor,
    new_array_type,
    new_type,
    parse_dsn,
    register_type,
)

Connection: TypeAlias = connection
Cursor: TypeAlias = cursor

SEARCH_PATH = "views,log,keys,access,public"
STATEMENT_TIMEOUT = 60.0

_AT_REST = (TRANSACTION_STATUS_IDLE, TRANSACTION_STATUS_INTRANS, TRANSACTION_STATUS_INERROR)

extras.register_uuid()  # type: ignore[no-untyped-call]  # its stub has no types


def _uuid(text: str | bytes | None, _: Cursor) -> UUID | None:
    """An id from a row, in a fifth of the time that its class takes."""
    return None if text is None else convert(text, UUID)


_UUID = new_type((2950,), "UUID", _uuid)
register_type(_UUID)
register_type(new_array_type((2951,), "UUID[]", _UUID))


def open_connection(
    dsn: str,
    *,
    role: str | None = None,
    search_path: str = SEARCH_PATH,
    statement_timeout: float = STATEMENT_TIMEOUT,
    connect_timeout: float = 10.0,
) -> Connection:
    """An autocommit connection in UTC, acting as `role`; times in seconds, statement_timeout 0 = none.

    Raises psycopg2.OperationalError when the server cannot be reached or does not know the role.
    """
    settings = {
        "timezone": "UTC",
        "search_path": search_path,
        "statement_timeout": str(round(statement_timeout * 1000)),
    }
    if role is not None:
        settings["role"] = role
    given = parse_dsn(dsn).get("options", "")
    ours = " ".join(f"-c {name}={_escape(value)}" for name, value in settings.items())
    opened: Connection = psycopg2.connect(
        dsn,
        options=f"{given} {ours}".strip(),
        connect_timeout=max(2, round(connect_timeout)),
        fallback_application_name="callout",
        keepalives_idle=30,
        keepalives_interval=10,
        keepalives_count=3,
        tcp_user_timeout=30_000,
    )
    opened.autocommit = True
    return opened


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace(" ", "\\ ")


def is_silent(idle: Connection) -> bool:
    """Whether nothing has arrived on an idle connection; a server that went away leaves an end of file."""
    if idle.closed:
        return False
    poll = select.poll()
    poll.register(idle.fileno(), select.POLLIN)
    return not poll.poll(0)


def answers(idle: Connection) -> bool:
    """Whether the server still answers on this connection; one round trip."""
    try:
        with idle.cursor() as probe:
            probe.execute("SELECT 1")
    except psycopg2.Error:
        return False
    return True


def is_reusable(used: Connection) -> bool:
    """Reset a returned connection; False when it is lost or still busy."""
    if used.closed or used.info.transaction_status not in _AT_REST:
        return False
    try:
        if not used.autocommit:
            used.rollback()
            used.autocommit = True
        if used.info.transaction_status != TRANSACTION_STATUS_IDLE:
            with used.cursor() as active:
                active.execute("ROLLBACK")
    except psycopg2.Error:
        return False
    return True
