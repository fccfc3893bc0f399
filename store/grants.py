"""Privileges of a role in a database: read from the catalogue, stored, and granted to another role."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from store.connecting import Cursor
from store.roles import PROJECTOR, READER, WRITER

VIEWS: Final = ("views", "views_next")


class Grant(NamedTuple):
    """One privilege on one object, named with its schema; a privilege on columns names them."""

    kind: str
    object: str
    privilege: str


def held(cursor: Cursor, role: str) -> set[Grant]:
    """The privileges of this role itself in the database, apart from the tables of views."""
    cursor.execute(
        """
        SELECT 'SCHEMA', format('%%I', n.nspname), a.privilege_type
        FROM pg_namespace n, aclexplode(n.nspacl) a WHERE a.grantee = to_regrole(%(role)s)
        UNION ALL
        SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, format('%%I.%%I', n.nspname, c.relname),
            a.privilege_type
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) a
        WHERE a.grantee = to_regrole(%(role)s) AND n.nspname <> ALL(%(views)s)
        UNION ALL
        SELECT 'TABLE', format('%%I.%%I', n.nspname, c.relname), format('%%s (%%I)', a.privilege_type, t.attname)
        FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace,
            aclexplode(t.attacl) a
        WHERE a.grantee = to_regrole(%(role)s) AND n.nspname <> ALL(%(views)s)
        UNION ALL
        SELECT 'ROUTINE', format('%%I.%%I(%%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)),
            a.privilege_type
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace, aclexplode(p.proacl) a
        WHERE a.grantee = to_regrole(%(role)s) AND n.nspname <> ALL(%(views)s)
        """,
        {"role": role, "views": list(VIEWS)},
    )
    return {Grant(*row) for row in cursor.fetchall()}


def recorded(cursor: Cursor, logical: str) -> set[Grant]:
    """The stored privileges of this role, as far as the objects still exist."""
    cursor.execute(
        """
        SELECT g.kind, g.object, g.privilege FROM public.run_time_grants g
        WHERE g.logical = %s AND CASE g.kind
            WHEN 'SCHEMA' THEN to_regnamespace(g.object) IS NOT NULL
            WHEN 'ROUTINE' THEN EXISTS (
                SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                WHERE format('%%I.%%I(%%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) = g.object
            )
            ELSE to_regclass(g.object) IS NOT NULL
        END
        """,
        (logical,),
    )
    return {Grant(*row) for row in cursor.fetchall()}


def record(cursor: Cursor, logical: str, grants: Iterable[Grant]) -> None:
    """Store exactly these privileges of this role."""
    cursor.execute("DELETE FROM public.run_time_grants WHERE logical = %s", (logical,))
    for each in sorted(grants):
        cursor.execute("INSERT INTO public.run_time_grants VALUES (%s, %s, %s, %s)", (logical, *each))


def grant(cursor: Cursor, grants: Iterable[Grant], role: str) -> None:
    """Grant these privileges to the role."""
    for each in sorted(grants):
        cursor.execute(f"GRANT {each.privilege} ON {each.kind} {each.object} TO {role}")


def revoke(cursor: Cursor, grants: Iterable[Grant], role: str) -> None:
    """Revoke these privileges from the role."""
    for each in sorted(grants):
        cursor.execute(f"REVOKE {each.privilege} ON {each.kind} {each.object} FROM {role}")


def adopt_views(cursor: Cursor, names: Mapping[str, str]) -> None:
    """Make the projector the owner of the tables of views, which are created at run time, and let others read them."""
    projector, readers = names[PROJECTOR], f"{names[WRITER]}, {names[READER]}"
    cursor.execute(
        """
        SELECT format('%%I.%%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = ANY(%s) AND c.relkind IN ('r', 'p', 'v', 'm') AND c.relowner <> to_regrole(%s)
        """,
        (list(VIEWS), projector),
    )
    for (table,) in cursor.fetchall():
        cursor.execute(f"ALTER TABLE {table} OWNER TO {projector}")
        cursor.execute(f"GRANT SELECT ON {table} TO {readers}")
    cursor.execute(
        """
        SELECT count(*) FROM pg_default_acl d, aclexplode(d.defaclacl) a
        WHERE d.defaclrole = to_regrole(%s) AND d.defaclnamespace = ANY(%s::regnamespace[])
            AND a.privilege_type = 'SELECT' AND a.grantee IN (to_regrole(%s), to_regrole(%s))
        """,
        (projector, list(VIEWS), names[WRITER], names[READER]),
    )
    if cursor.fetchone() != (2 * len(VIEWS),):
        cursor.execute(
            f"ALTER DEFAULT PRIVILEGES FOR ROLE {projector} IN SCHEMA {', '.join(VIEWS)}"
            f" GRANT SELECT ON TABLES TO {readers}"
        )


def forget_views(cursor: Cursor, role: str) -> None:
    """Revoke the privileges of a former role on the tables of views."""
    cursor.execute(
        """
        SELECT format('%%I.%%I', n.nspname, c.relname)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) a
        WHERE n.nspname = ANY(%s) AND a.grantee = to_regrole(%s)
        """,
        (list(VIEWS), role),
    )
    for (table,) in cursor.fetchall():
        cursor.execute(f"REVOKE ALL ON {table} FROM {role}")
    cursor.execute(
        """
        SELECT DISTINCT d.defaclrole::regrole::text, d.defaclnamespace::regnamespace::text
        FROM pg_default_acl d, aclexplode(d.defaclacl) a
        WHERE d.defaclnamespace = ANY(%s::regnamespace[]) AND a.grantee = to_regrole(%s) AND a.grantee <> d.defaclrole
        """,
        (list(VIEWS), role),
    )
    for maker, schema in cursor.fetchall():
        cursor.execute(f"ALTER DEFAULT PRIVILEGES FOR ROLE {maker} IN SCHEMA {schema} REVOKE ALL ON TABLES FROM {role}")
