"""The security log: what happened to accounts and doors, bounded however often somebody makes it happen."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from time import monotonic
from typing import Any, Final, NamedTuple
from uuid import UUID

from store.logins import fold, spellings
from store.pool import ConnectionPool

MOST_AN_HOUR: Final = 1000
"""Rows of one kind; what goes beyond is counted in one row more."""
LONGEST_LOGIN: Final = 64
LONGEST_SUBJECT: Final = 200
_LIKE_A_LOGIN: Final = re.compile(r"[\w.+-]{1,40}(@[\w.-]{1,40})?")
_AT_ONCE: Final = 10
_MINUTE: Final = 60.0
_REMEMBERED: Final = 10_000


class SecurityEvent(NamedTuple):
    """Something that happened, `many` times within the minute that began it: at least so often."""

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


class Noted(NamedTuple):
    """What is noted: `user` is whose account it is about, `actor` who did it, `login` what a stranger typed."""

    kind: str
    address: str = ""
    login: str | None = None
    user: UUID | None = None
    actor: UUID | None = None
    device: UUID | None = None
    subject: str = ""


class SecurityLog:
    """Written through one database function; the run-time logins may insert, count up and read, nothing else.

    What repeats within a minute is written each time up to ten times, then whenever its number has doubled: so a flood
    costs the database little, and `many` is right within a factor of two.
    """

    def __init__(self, pool: ConnectionPool, secret: Callable[[str], bytes]) -> None:
        self._pool = pool
        self._secret = secret
        self._lock = Lock()
        self._minute = 0.0
        self._counts: dict[Noted, tuple[int, int]] = {}

    def note(self, noted: Noted) -> None:
        """Write it down, or count it to be written later. Never give it a password or a token."""
        noted = noted._replace(
            login=self._login(noted.login), address=noted.address[:64], subject=_plain(noted.subject)[:LONGEST_SUBJECT]
        )
        times = self._due(noted)
        if times:
            self._pool.execute(
                "SELECT access.note_security_event(%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                (
                    noted.kind,
                    noted.address,
                    noted.login,
                    *(str(each) if each else None for each in (noted.user, noted.actor, noted.device)),
                    noted.subject,
                    times,
                    MOST_AN_HOUR,
                ),
            )

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
        rows = self._pool.fetch_all(
            """
            SELECT id, kind, at, last_at, many, address, login, user_id, actor, device, subject
            FROM access.security_events
            WHERE (%(before)s IS NULL OR id < %(before)s)
              AND (%(kind)s IS NULL OR kind = %(kind)s)
              AND (%(user)s IS NULL OR user_id = %(user)s OR actor = %(user)s)
              AND (%(address)s IS NULL OR address = %(address)s)
              AND (%(since)s IS NULL OR at >= %(since)s)
            ORDER BY id DESC
            LIMIT %(limit)s
            """,
            {
                "limit": limit,
                "before": before,
                "kind": kind,
                "user": str(user) if user else None,
                "address": address,
                "since": since,
            },
        )
        return [SecurityEvent(*row) for row in rows]

    def forget(self, cursor: Any, keep: timedelta) -> None:
        """Remove what is older; a week always stays."""
        cursor.execute("SELECT access.forget_security_events(%s)", (keep,))

    def erase_login(self, login: str) -> None:
        """Blank this login wherever it was written down, and never write it down again."""
        self._pool.execute(
            "INSERT INTO access.erased_logins (login_hash) VALUES (%s) ON CONFLICT DO NOTHING", (self._hash(login),)
        )
        self._pool.execute("SELECT access.blank_login(%s)", ([*spellings(login)],))

    def _login(self, typed: str | None) -> str | None:
        """What is kept of a login that nobody has: text that looks like one and was not erased."""
        if typed is None:
            return None
        folded = fold(typed)
        if len(folded) > LONGEST_LOGIN or not _LIKE_A_LOGIN.fullmatch(folded):
            return "(no login)"
        erased = self._pool.fetch_one("SELECT 1 FROM access.erased_logins WHERE login_hash = %s", (self._hash(folded),))
        return "(erased)" if erased else folded

    def _hash(self, login: str) -> bytes:
        return hmac.digest(self._secret("erased-logins"), fold(login).encode(), "sha256")

    def _due(self, noted: Noted) -> int:
        """How many to write now; 0 when this one is only counted."""
        with self._lock:
            now = monotonic() // _MINUTE
            if now != self._minute or len(self._counts) >= _REMEMBERED:
                self._minute, self._counts = now, {}
            seen, written = self._counts.get(noted, (0, 0))
            seen += 1
            due = seen - written if seen <= _AT_ONCE or seen >= 2 * written else 0
            self._counts[noted] = (seen, written + due)
            return due


def _plain(text: str) -> str:
    return "".join(each if each.isprintable() else "?" for each in text)
