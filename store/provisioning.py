"""Provisioning run-time roles: they can sign in, own no stored data, and have the privileges of the migrations."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import closing
from typing import Final, NamedTuple

import psycopg2

from store.connecting import Cursor, open_connection
from store.errors import MigrationError, renamed
from store.grants import VIEWS, adopt_views, forget_views, grant, held, record, recorded, revoke
from store.role_passwords import set_password
from store.roles import PROJECTOR, READER, RunTimeRoles, verifier

MASTER_KEY_ID: Final = "master_key_id"
"""The name in `access.secrets` of the master key's id."""
_ATTRIBUTES: Final = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT"
_SETS_MEMBERSHIP_OPTIONS: Final = (
    160_000  # the version since which a member may be somebody who may not act as the role
)


def prepare(cursor: Cursor, roles: RunTimeRoles) -> None:
    """Create the roles before migrations name them; the login becomes a member, so that it can give them tables.

    Raises `MigrationError` when they are missing and the login may not create roles.
    """
    for name in roles.names.values():
        cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", (name,))
        if not cursor.rowcount:
            _create(cursor, name)
        _join(cursor, name)


def settle(cursor: Cursor, roles: RunTimeRoles, *, anew: bool) -> None:
    """Give each role its password and its privileges, and remove those of all others.

    These are the stored privileges, or with `anew` those that the migrations have just granted. Privileges here of
    another database's roles, or of the cluster's, are moved to this database's roles. Doing it again changes nothing.
    """
    cursor.execute("SELECT log.keep_from_truncate()")
    _make_schemas_of_views(cursor)
    cursor.execute("SELECT logical, role, role_oid::bigint, database, password_id FROM public.run_time_roles")
    known = {row[0]: row[1:] for row in cursor.fetchall()}
    for logical, name in roles.names.items():
        former = {logical, *(known[logical][:1] if logical in known else ())} - {name}
        set_password(cursor, roles, logical, known.get(logical))
        _settle_grants(cursor, logical, name, former, anew=anew)
    adopt_views(cursor, roles.names)
    for logical, name in roles.names.items():
        for role in {logical, *(known[logical][:1] if logical in known else ())} - {name}:
            forget_views(cursor, role)
    _settle_connecting(cursor, roles, {role for role, *_ in known.values()} | set(roles.names))


class Provisioned(NamedTuple):
    """The id of the master key that a database was sealed under, and that of a password; `None` before there is any."""

    master_key: str | None
    password: str | None


def provisioned(dsn: str) -> Provisioned:
    """What the login that migrates finds in a database; changes nothing."""
    with renamed(), closing(open_connection(dsn, search_path="public")) as session, session.cursor() as cursor:
        found: list[str | None] = []
        for table, sql, name in (
            ("access.secrets", "SELECT convert_from(value, 'UTF8') FROM access.secrets WHERE name = %s", MASTER_KEY_ID),
            ("public.run_time_roles", "SELECT password_id FROM public.run_time_roles WHERE logical = %s", READER),
        ):
            cursor.execute("SELECT to_regclass(%s) IS NOT NULL", (table,))
            row: tuple[str] | None = None
            if cursor.fetchone() == (True,):
                cursor.execute(sql, (name,))
                row = cursor.fetchone()
            found.append(row[0] if row else None)
        return Provisioned(*found)


def script(roles: RunTimeRoles, login: str) -> str:
    """SQL that creates the roles, for a superuser where the login that migrates may not; it contains no password."""
    lines = [f"-- Run-time roles of the database {roles.database}, for whoever may create roles."]
    for logical, name in roles.names.items():
        secret = verifier(roles.passwords[logical])
        lines.append(f"DO 'BEGIN CREATE ROLE {name}; EXCEPTION WHEN duplicate_object THEN NULL; END';")
        lines.append(f"ALTER ROLE {name} {_ATTRIBUTES} PASSWORD '{secret}';")
        lines.append(f"GRANT {name} TO {_quoted(login)};")
    return "\n".join(lines)


def _make_schemas_of_views(cursor: Cursor) -> None:
    """Create the schemas that a backup has left out; then no view has a checkpoint."""
    cursor.execute("SELECT name FROM unnest(%s::text[]) AS name WHERE to_regnamespace(name) IS NULL", (list(VIEWS),))
    for (schema,) in cursor.fetchall():
        cursor.execute(f"CREATE SCHEMA {schema}")
        cursor.execute("DELETE FROM log.checkpoints")


def _create(cursor: Cursor, name: str) -> None:
    cursor.execute("SAVEPOINT making")
    try:
        cursor.execute(f"CREATE ROLE {name} {_ATTRIBUTES}")
    except psycopg2.errors.InsufficientPrivilege as error:
        raise MigrationError(
            f"the role {name} is missing and this login may not create it: let a database administrator run what "
            "`callout roles --print-sql` prints"
        ) from error
    except (psycopg2.errors.DuplicateObject, psycopg2.errors.UniqueViolation):
        cursor.execute("ROLLBACK TO SAVEPOINT making")  # somebody else was faster
    cursor.execute("RELEASE SAVEPOINT making")


def _join(cursor: Cursor, name: str) -> None:
    """Make the login a member that may act as the role; a superuser may anyway."""
    new = cursor.connection.server_version >= _SETS_MEMBERSHIP_OPTIONS
    cursor.execute(
        "SELECT rolsuper OR pg_has_role(current_user, %s, %s) FROM pg_roles WHERE rolname = current_user",
        (name, "SET" if new else "MEMBER"),
    )
    if cursor.fetchone() != (True,):
        cursor.execute(f"GRANT {name} TO CURRENT_USER" + (" WITH INHERIT TRUE, SET TRUE" if new else ""))


def _settle_grants(cursor: Cursor, logical: str, name: str, former: Iterable[str], *, anew: bool) -> None:
    has, remembered = held(cursor, name), recorded(cursor, logical)
    wanted = set(has) if anew else has | remembered
    for role in former:
        theirs = held(cursor, role)
        wanted |= theirs
        revoke(cursor, theirs, role)
    grant(cursor, wanted - has, name)
    if wanted != remembered:
        record(cursor, logical, wanted)


def _settle_connecting(cursor: Cursor, roles: RunTimeRoles, former: Collection[str]) -> None:
    """Only the database's own roles may connect; of these, those that fold the past may create temporary tables.

    Its `former` roles may not any more: another database may have the former name, and so these same roles.
    """
    cursor.execute("SELECT current_database()")
    [(name_of_database,)] = cursor.fetchall()
    database = _quoted(name_of_database)
    cursor.execute("SELECT has_database_privilege('public', current_database(), 'CONNECT, TEMPORARY')")
    if cursor.fetchone() == (True,):
        cursor.execute(f"REVOKE ALL ON DATABASE {database} FROM PUBLIC")
    cursor.execute(
        """
        SELECT r.rolname::text, a.privilege_type FROM pg_database d, aclexplode(d.datacl) a, pg_roles r
        WHERE d.datname = current_database() AND r.oid = a.grantee
        """
    )
    has = set(cursor.fetchall())
    own = set(roles.names.values())
    for name in sorted({name for name, _ in has if name in former} - own):
        cursor.execute(f"REVOKE ALL ON DATABASE {database} FROM {_quoted(name)}")
    for logical, name in roles.names.items():
        for wanted in ("CONNECT", "TEMPORARY") if logical in {PROJECTOR, READER} else ("CONNECT",):
            if (name, wanted) not in has:
                cursor.execute(f"GRANT {wanted} ON DATABASE {database} TO {name}")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
