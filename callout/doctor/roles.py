"""Database roles: whether those who serve are there, and may do what they have to and no more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from callout.doctor.finding import Finding, ok, wrong
from callout.doctor.patient import Patient
from store.roles import KEYKEEPER, LOGICAL, PROJECTOR, READER, WRITER, names_of

_MUST: Final = (
    (WRITER, "log.events", "INSERT"),
    (PROJECTOR, "log.checkpoints", "UPDATE"),
    (READER, "log.checkpoints", "SELECT"),
    (KEYKEEPER, "keys.person_keys", "SELECT"),
)
_MUST_NOT: Final = tuple(
    (role, table, right)
    for role in LOGICAL
    for table in ("log.events", "log.operations")
    for right in ("UPDATE", "DELETE", "TRUNCATE")
)
_KNOWN: Final = """
SELECT r.rolname, r.rolsuper OR EXISTS (
    SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relowner = r.oid AND n.nspname IN ('log', 'keys', 'access', 'blobs')
)
FROM pg_roles r WHERE r.rolname = ANY(%s)
"""


def roles(patient: Patient) -> Iterator[Finding]:
    """Whether every role exists and owns nothing that is kept, and the log is insert-only."""
    [(database,)] = patient.ask("SELECT current_database()")
    names = names_of(database)
    known = dict(patient.ask(_KNOWN, (list(names.values()),)))
    missing = [name for name in names.values() if name not in known]
    if missing:
        yield wrong(
            f"The database does not know these roles: {', '.join(missing)}.",
            "`callout migrate` makes them; if its login may not, let an administrator run what "
            "`callout roles --print-sql` prints.",
        )
    if missing or patient.pending:
        return
    much = [f"{name} owns tables that are kept, or is a superuser" for name, owns in known.items() if owns]
    for role, table, right in _MUST:
        if not _may(patient, names[role], table, right):
            yield wrong(f"{names[role]} may not {right} on {table}.", "`callout migrate` grants it again.")
    much += [
        f"{names[role]}: {right} on {table}"
        for role, table, right in _MUST_NOT
        if _may(patient, names[role], table, right)
    ]
    if much:
        yield wrong(f"Somebody has granted what would change history: {'; '.join(much)}.", "REVOKE these rights.")
    else:
        yield ok("The database roles are there, and none may change history.")


def _may(patient: Patient, role: str, table: str, right: str) -> bool:
    [(may,)] = patient.ask("SELECT has_table_privilege(%s, %s, %s)", (role, table, right))
    return bool(may)
