"""The database: whether it answers, in which version, and whether all migrations have been applied."""

from __future__ import annotations

from collections.abc import Iterator

from callout.doctor.finding import Finding, advice, ok, wrong
from callout.doctor.patient import Patient

_TESTED = 15
_SETTINGS = """
SELECT current_setting('server_version'), current_setting('server_version_num')::int / 10000,
  current_setting('fsync') = 'on', pg_is_in_recovery()
"""


def answers(patient: Patient) -> Iterator[Finding]:
    """Whether it can be worked with at all."""
    if patient.pool is None:
        yield wrong(
            f"The database does not answer: {patient.away}.",
            "Start it (`callout serve` starts the embedded one), or correct DATABASE_URL.",
        )
        return
    [(version, major, durable, standby)] = patient.ask(_SETTINGS)
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


def migrations(patient: Patient) -> Iterator[Finding]:
    """Whether the schema is the program's."""
    if patient.pending:
        yield wrong(
            f"The database lacks migrations: {', '.join(patient.pending)}.",
            "Stop older servers, then run `callout migrate`.",
        )
    else:
        yield ok("All migrations have been applied.")
    if patient.pending == ["all"]:
        yield advice("The database is empty.", "If it should not be, DATABASE_URL names another one.")
