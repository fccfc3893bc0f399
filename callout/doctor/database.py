"""The database: whether it answers, in which version, and whether all migrations have been applied."""

from __future__ import annotations

from collections.abc import Iterator

from callout.doctor.finding import Finding, advice, ok, wrong
from callout.doctor.system import System

_TESTED = 15
_SETTINGS = """
SELECT current_setting('server_version'), current_setting('server_version_num')::int / 10000,
  current_setting('fsync') = 'on', pg_is_in_recovery()
"""


def answers(system: System) -> Iterator[Finding]:
    """Whether the database answers and can be used."""
    if system.pool is None:
        yield wrong(
            f"The database does not answer: {system.away}.",
            "Start it (`callout serve` starts the embedded one), or correct DATABASE_URL.",
        )
        return
    [(version, major, durable, standby)] = system.ask(_SETTINGS)
    yield ok(f"The database answers: PostgreSQL {version}.")
    if major < _TESTED:
        yield wrong(f"PostgreSQL {major} is older than {_TESTED}.", f"Upgrade to PostgreSQL {_TESTED} or newer.")
    if not durable:
        yield wrong(
            "The database does not wait for its disk (fsync is off): a power cut loses what was acknowledged.",
            "Set fsync to on.",
        )
    if standby:
        yield wrong("This database is a standby: nothing can be written to it.", "Let DATABASE_URL name the primary.")


def migrations(system: System) -> Iterator[Finding]:
    """Whether the schema is the program's."""
    if system.pending:
        yield wrong(
            f"The database lacks migrations: {', '.join(system.pending)}.",
            "Stop older servers, then run `callout migrate`.",
        )
    else:
        yield ok("All migrations have been applied.")
    if system.pending == ["all"]:
        yield advice("The database is empty.", "If it should not be, DATABASE_URL names another one.")
