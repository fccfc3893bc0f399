"""Database roles: whether those of this database exist, and have the rights that they need and no more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from callout.doctor.finding import Finding, advice, ok, wrong
from callout.doctor.system import System
from store.roles import KEYKEEPER, LOGICAL, PROJECTOR, READER, WRITER, roles_of

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
_POWERS: Final = "rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls"


def roles(system: System) -> Iterator[Finding]:
    """Whether every role exists and can sign in, none has administrative rights, and the log is insert-only."""
    [(database,)] = system.ask("SELECT current_database()")
    names = roles_of(database, b"").names
    known = {
        name: (can_sign_in, powerful)
        for name, can_sign_in, powerful in system.ask(
            f"SELECT rolname, rolcanlogin, {_POWERS} FROM pg_roles WHERE rolname = ANY(%s)",  # noqa: S608 - our own
            (list(names.values()),),
        )
    }
    missing = sorted(set(names.values()) - known.keys())
    if missing:
        yield wrong(
            f"These roles do not exist in the database: {', '.join(missing)}.",
            "Run `callout migrate`, or run the output of `callout roles --print-sql` as a user who may create roles.",
        )
    if missing or system.pending:
        return
    found = [*_attributes(known), *_rights(system, names)]
    yield from found
    yield from _others(system, list(names.values()))
    if not found:
        yield ok("The database roles are there, and none may change history.")


def _attributes(known: Mapping[str, tuple[bool, bool]]) -> Iterator[Finding]:
    shut_out = sorted(name for name, (can_sign_in, _) in known.items() if not can_sign_in)
    if shut_out:
        yield wrong(f"These roles cannot sign in: {', '.join(shut_out)}.", "Run `callout migrate`.")
    powerful = sorted(name for name, (_, powerful) in known.items() if powerful)
    if powerful:
        yield wrong(
            f"These roles have powers that could change history: {', '.join(powerful)}.",
            "ALTER ROLE … NOSUPERUSER NOCREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS.",
        )


def _others(system: System, names: list[str]) -> Iterator[Finding]:
    """Other roles with rights on the database itself: one of its former name, for instance."""
    others = system.ask(
        """
        SELECT DISTINCT coalesce(r.rolname::text, 'PUBLIC') FROM pg_database d
        CROSS JOIN aclexplode(d.datacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
        WHERE d.datname = current_database() AND a.grantee <> d.datdba AND NOT coalesce(r.rolname = ANY(%s), false)
        ORDER BY 1
        """,
        (names,),
    )
    if others:
        listed = ", ".join(name for (name,) in others)
        yield advice(
            f"These may connect to the database too: {listed}.",
            "REVOKE ALL ON DATABASE … FROM … those that you do not know: a former name may be another database's now.",
        )


def _rights(system: System, names: Mapping[str, str]) -> Iterator[Finding]:
    for role, table, right in _MUST:
        if not _may(system, names[role], table, right):
            yield wrong(f"{names[role]} may not {right} on {table}.", "Grant it again as the migrations do.")
    much = [
        f"{names[role]}: {right} on {table}"
        for role, table, right in _MUST_NOT
        if _may(system, names[role], table, right)
    ]
    if much:
        yield wrong(f"Somebody has granted what would change history: {'; '.join(much)}.", "REVOKE these rights.")


def _may(system: System, role: str, table: str, right: str) -> bool:
    schema, _, name = table.partition(".")
    # By oid: a role that may not use a schema may not name its tables either.
    found = system.ask(
        """
        SELECT has_table_privilege(%s, pg_class.oid, %s) FROM pg_class
        JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE nspname = %s AND relname = %s
        """,
        (role, right, schema, name),
    )
    return found == [(True,)]
