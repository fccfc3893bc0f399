"""The security log: events of accounts and access, limited in number however often they occur."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from store.logins import fold, spellings
from store.noted import Noted, Waiting
from store.pool import ConnectionPool

MOST_AN_HOUR: Final = 1000
"""The number of rows of one kind per hour for a user, a device, or all unknown callers; one more counts the rest."""
MOST_OF_ADDRESS: Final = 100
"""The number of rows of one kind per hour for unknown callers of one address."""
LONGEST_LOGIN: Final = 64
LONGEST_SUBJECT: Final = 200
_LIKE_A_LOGIN: Final = re.compile(r"[\w.+-]{1,40}(@[\w.-]{1,40})?")
_ALL_STRANGERS: Final = 2
"""The database's answer when all unknown callers together have reached the limit of a kind."""
_COLUMNS: Final = "id, kind, at, last_at, many, address, login, user_id, actor, device, subject"


_CONDITIONS: Final[Mapping[str, str]] = {
    "before": "id < %(before)s",
    "kind": "kind = %(kind)s",
    "address": "address = %(address)s",
    "since": "at >= %(since)s",
}


class SecurityEvent(NamedTuple):
    """A security event that occurred `many` times within the minute of its beginning, or more often."""

    id: int
    kind: str
    at: datetime
    last_at: datetime
    many: int
    address: str
    login: str | None
    user: UUID | None
    actor: UUID | None
    device: UUID | None
    subject: str


class SecurityLog:
    """Written through one database function; two more blank logins and remove old rows.

    Repetitions within a minute are written each time up to ten times, then whenever their number has doubled: so a
    flood costs the database little, and `many` is right within a factor of two.
    """

    def __init__(self, pool: ConnectionPool, secret: Callable[[str], bytes]) -> None:
        self._pool = pool
        self._secret = secret
        self._waiting = Waiting()

    def note(self, noted: Noted) -> None:
        """Write it, or count it to be written later. It must not contain a password or token."""
        noted = self._waiting.within(noted._replace(address=noted.address[:64]))
        noted = noted._replace(login=self._login(noted.login), subject=_plain(noted.subject)[:LONGEST_SUBJECT])
        for each, times in self._waiting.due(noted):
            self._write(each, times)

    def page(
        self,
        *,
        limit: int,
        before: int | None = None,
        kind: str | None = None,
        user: UUID | None = None,
        address: str | None = None,
        since: datetime | None = None,
    ) -> list[SecurityEvent]:
        """At most `limit` events, the latest first, those before the id `before`."""
        named: dict[str, Any] = {"before": before, "kind": kind, "address": address, "since": since}
        given = {name: value for name, value in named.items() if value is not None}
        wanted = [_CONDITIONS[name] for name in given]
        if user is not None:
            given["user"] = str(user)
        columns = ("user_id = %(user)s", "actor = %(user)s") if user is not None else ("",)
        found = " UNION ".join(f"({_latest(filter(None, (each, *wanted)))})" for each in columns)
        rows = self._pool.fetch_all(
            f"SELECT {_COLUMNS} FROM ({found}) AS found ORDER BY id DESC LIMIT %(limit)s",  # noqa: S608 - only constants
            {"limit": limit, **given},
        )
        return [SecurityEvent(*row) for row in rows]

    def forget(self, cursor: Any, keep: timedelta) -> None:
        """Remove older rows; the last week is always kept."""
        cursor.execute("SELECT access.forget_security_events(%s)", (keep,))

    def erase_login(self, login: str) -> None:
        """Blank this login in all rows, and never write it again."""
        self._pool.execute(
            "INSERT INTO access.erased_logins (login_hash) VALUES (%s) ON CONFLICT DO NOTHING", (self._hash(login),)
        )
        self._pool.execute("SELECT access.blank_login(%s)", ([*spellings(login)],))

    def _write(self, noted: Noted, times: int) -> None:
        people = (str(each) if each else None for each in (noted.user, noted.actor, noted.device))
        values = (noted.kind, noted.address, noted.login, *people, noted.subject)
        [(bound,)] = self._pool.execute(
            "SELECT access.note_security_event(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (*values, times, MOST_AN_HOUR, MOST_OF_ADDRESS),
        )
        if bound:
            self._waiting.limit_reached(noted, everybody=bound == _ALL_STRANGERS)

    def _login(self, typed: str | None) -> str | None:
        """The stored form of a login that no user has: only a text that looks like one and was not erased."""
        if typed is None:
            return None
        folded = fold(typed)
        if len(folded) > LONGEST_LOGIN or not _LIKE_A_LOGIN.fullmatch(folded):
            return "(no login)"
        erased = self._pool.fetch_one("SELECT 1 FROM access.erased_logins WHERE login_hash = %s", (self._hash(folded),))
        return "(erased)" if erased else folded

    def _hash(self, login: str) -> bytes:
        return hmac.digest(self._secret("erased-logins"), fold(login).encode(), "sha256")


def _latest(conditions: Iterable[str]) -> str:
    """The SQL of the latest events for which all of these conditions hold; it contains only the given ones."""
    where = " AND ".join(conditions)
    sql = f"SELECT {_COLUMNS} FROM access.security_events {'WHERE ' if where else ''}{where}"  # noqa: S608 - only constants
    return f"{sql} ORDER BY id DESC LIMIT %(limit)s"


def _plain(text: str) -> str:
    return "".join(each if each.isprintable() else "?" for each in text)
