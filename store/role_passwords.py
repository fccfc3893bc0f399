"""The passwords of the run-time roles: set by the migrating login, or by an administrator and then tried."""

from __future__ import annotations

from contextlib import closing
from typing import Final

import psycopg2

from store.connecting import Cursor, open_connection
from store.errors import MigrationError, renamed
from store.roles import RunTimeRoles, password_id, verifier

_UNTRIED: Final = ""
"""In place of a password's id while no login with it was tried."""


def invalidate_passwords(dsn: str) -> None:
    """Have all passwords set again at the next migration: a role may have changed its own."""
    with renamed(), closing(open_connection(dsn, search_path="public")) as session, session.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.run_time_roles') IS NOT NULL")
        if cursor.fetchone() == (True,):
            cursor.execute("UPDATE public.run_time_roles SET role_oid = 0")


def set_password(cursor: Cursor, roles: RunTimeRoles, logical: str, known: tuple[object, ...] | None) -> None:
    """Set the password of the role and store its id; `known` is what was stored before.

    Where the login may not set it, an administrator may have: `try_passwords` finds out after the commit. Raises
    `MigrationError` for a role with excessive privileges.
    """
    name, password = roles.names[logical], roles.passwords[logical]
    cursor.execute(
        """
        SELECT oid::bigint, rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls
            OR EXISTS (SELECT FROM pg_auth_members WHERE member = r.oid)
        FROM pg_roles r WHERE rolname = %s
        """,
        (name,),
    )
    [(oid, too_much)] = cursor.fetchall()
    if too_much:
        raise MigrationError(f"the role {name} may more than it should: drop it, and it is made again")
    wanted = (name, oid, roles.database, password_id(password))
    if known == wanted:
        return
    cursor.execute("SAVEPOINT setting")
    try:
        cursor.execute(f"ALTER ROLE {name} LOGIN NOINHERIT PASSWORD %s", (verifier(password),))
    except psycopg2.errors.InsufficientPrivilege:
        cursor.execute("ROLLBACK TO SAVEPOINT setting")
        wanted = (*wanted[:3], _UNTRIED)
    cursor.execute("RELEASE SAVEPOINT setting")
    cursor.execute(
        """
        INSERT INTO public.run_time_roles (logical, role, role_oid, database, password_id) VALUES (%s, %s, %s, %s, %s)
        ON CONFLICT (logical) DO UPDATE SET role = excluded.role, role_oid = excluded.role_oid,
            database = excluded.database, password_id = excluded.password_id
        """,
        (logical, *wanted),
    )


def try_passwords(cursor: Cursor, address: str, roles: RunTimeRoles) -> None:
    """Sign in at the address as each role whose password this login could not set, and store which passwords are right.

    To be called outside of a transaction, when the roles may connect. Raises `MigrationError` for a role that cannot
    sign in: then nothing is stored about it, so that it is tried again.
    """
    cursor.execute("SELECT to_regclass('public.run_time_roles') IS NOT NULL")
    if cursor.fetchone() != (True,):
        return
    cursor.execute("SELECT logical FROM public.run_time_roles WHERE password_id = %s", (_UNTRIED,))
    for (logical,) in cursor.fetchall():
        try:
            psycopg2.connect(roles.dsn(address, logical), connect_timeout=10).close()
        except psycopg2.OperationalError as error:
            raise MigrationError(
                f"the role {roles.names[logical]} cannot sign in with the password that follows from the master key, "
                "and this login may not set it: let a database administrator run what `callout roles --print-sql` "
                f"prints ({str(error).strip()})"
            ) from error
        cursor.execute(
            "UPDATE public.run_time_roles SET password_id = %s WHERE logical = %s",
            (password_id(roles.passwords[logical]), logical),
        )
