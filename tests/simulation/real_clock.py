"""One clock for the real server and its database, set by a test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, tzinfo
from typing import Self
from unittest.mock import patch

import api.sync.blueprint
import domain.kernel.instant
from store.connecting import SEARCH_PATH, open_connection
from sync.clock import AT_ONCE

SIMULATED_PATH = f"simulated,pg_catalog,{SEARCH_PATH}"
"""With this search path `now()` and `clock_timestamp()` are those of the simulated clock, in functions too."""

CLOCK = (
    "CREATE SCHEMA simulated",
    "CREATE TABLE simulated.clock (at timestamptz NOT NULL)",
    "INSERT INTO simulated.clock VALUES ('2026-01-01Z')",
    "CREATE FUNCTION simulated.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT at FROM simulated.clock'",
    "CREATE FUNCTION simulated.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS 'SELECT at FROM simulated.clock'",
    "GRANT USAGE ON SCHEMA simulated TO PUBLIC",
    "GRANT SELECT ON simulated.clock TO PUBLIC",
)


class RealClock:
    """A clock that sets the time of this process and of the database."""

    def __init__(self, dsn: str) -> None:
        self.at = datetime(2026, 1, 1, tzinfo=UTC)
        self._dsn = dsn
        self.open()

    def open(self) -> None:
        """Connect to the database and set its clock."""
        self._session = open_connection(self._dsn)
        self._write()

    def close(self) -> None:
        """Close the connection to the database."""
        self._session.close()

    @classmethod
    @contextmanager
    def of(cls, dsn: str) -> Iterator[Self]:
        """The clock of a database that has been made with `CLOCK`."""
        clock = cls(dsn)
        with (
            closing(clock),
            patch.object(domain.kernel.instant, "datetime", clock._kind()),
            patch.object(api.sync.blueprint, "request_age", lambda: AT_ONCE),
        ):
            yield clock

    def set(self, at: datetime) -> None:
        """Set the time, forwards or backwards."""
        if at != self.at:
            self.at = at
            self._write()

    def _write(self) -> None:
        with self._session.cursor() as cursor:
            cursor.execute("UPDATE simulated.clock SET at = %s", (self.at,))

    def _kind(self) -> type:
        clock = self

        class Simulated:
            fromisoformat = datetime.fromisoformat

            @staticmethod
            def now(_: tzinfo | None = None) -> datetime:
                return clock.at

        return Simulated
