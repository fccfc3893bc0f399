"""Database roles: whether they are there, and may do what they have to and no more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from callout.doctor.finding import Finding, ok, wrong
from callout.doctor.patient import Patient

ROLES: Final = ("callout_writer", "callout_projector", "callout_reader", "callout_keykeeper")
_MUST: Final = (
    ("callout_writer", "log.events", "INSERT"),
    ("callout_projector", "log.checkpoints", "UPDATE"),
    ("callout_reader", "log.checkpoints", "SELECT"),
    ("callout_keykeeper", "keys.person_keys", "SELECT"),
)
_MUST_NOT: Final = tuple(
    (role, table, right)
    for role in ROLES
    for table in ("log.events", "log.operations")
    for right in ("UPDATE", "DELETE", "TRUNCATE")
)


def roles(patient: Patient) -> Iterator[Finding]:
    """Whether every role exists, the login may act as it, and the log is insert-only."""
    known = dict(
        patient.ask(
            "SELECT rolname, pg_has_role(current_user, oid, 'MEMBER') FROM pg_roles WHERE rolname = ANY(%s)",
            (list(ROLES),),
        )
    )
    missing = [role for role in ROLES if role not in known]
    foreign = [role for role in ROLES if known.get(role) is False]
    if missing:
        yield wrong(
            f"The database does not know these roles: {', '.join(missing)}.",
            "Roles belong to the cluster and not to a dump: see docs/operations.md, Database roles.",
        )
    if foreign:
        yield wrong(f"The login may not act as {', '.join(foreign)}.", "GRANT these roles to the login.")
    if missing or patient.pending:
        return
    for role, table, right in _MUST:
        if not _may(patient, role, table, right):
            yield wrong(f"{role} may not {right} on {table}.", "Grant it again as the migrations do.")
    much = [f"{role}: {right} on {table}" for role, table, right in _MUST_NOT if _may(patient, role, table, right)]
    if much:
        yield wrong(f"Somebody has granted what would change history: {'; '.join(much)}.", "REVOKE these rights.")
    if not foreign and not much:
        yield ok("The database roles are there, and none may change history.")


def _may(patient: Patient, role: str, table: str, right: str) -> bool:
    [(may,)] = patient.ask("SELECT has_table_privilege(%s, %s, %s)", (role, table, right))
    return bool(may)
