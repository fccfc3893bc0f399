"""Run-time roles own no table, can assume no other role, and have no rights in another company's database."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from contextlib import closing

import psycopg2
import pytest

from store.migrate import migrate
from store.roles import KEYKEEPER, LOGICAL, PROJECTOR, READER, WRITER, roles_of, verifier
from tests.support.databases import Cluster, run
from tests.support.run_time import KEY, company, own, works
from tests.support.servers import ask

REFUSED = psycopg2.errors.InsufficientPrivilege
KEPT = [
    *("log.events", "log.operations", "log.head", "log.device_sequences", "log.snapshots", "log.tracking"),
    *("log.checkpoints", "log.job_slots", "log.lives", "keys.person_keys", "access.passwords", "access.sessions"),
    *("access.secrets", "access.device_standing", "blobs.kept"),
]
NOBODY_MAY = (
    "SET ROLE {owner}",
    "SET SESSION AUTHORIZATION {owner}",
    "RESET ROLE; ALTER TABLE log.events DISABLE TRIGGER ALL",
    "SET ROLE NONE; ALTER TABLE log.events DISABLE TRIGGER ALL",
    "GRANT DELETE ON log.events TO {me}; DELETE FROM log.events",
    "SET session_replication_role = replica",
    "ALTER TABLE log.operations DISABLE TRIGGER operations_are_kept",
    "DROP TRIGGER events_are_kept ON log.events",
    "CREATE OR REPLACE FUNCTION log.refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "ALTER TABLE log.events OWNER TO {me}",
    "CREATE RULE r AS ON INSERT TO log.events DO INSTEAD NOTHING",
    "CREATE TABLE log.mine ()",
    "CREATE TABLE public.mine ()",
    "CREATE SCHEMA mine",
    "CREATE ROLE mine",
    "ALTER ROLE {me} SUPERUSER",
    "ALTER ROLE {me} CREATEROLE",
    "ALTER DATABASE {database} RENAME TO mine",
    "DROP SCHEMA log CASCADE",
    "UPDATE log.events SET topic = 'x'",
    "DELETE FROM log.events",
    "UPDATE log.operations SET status = 'x'",
    "DELETE FROM log.operations",
    "UPDATE public.schema_migrations SET name = name",
    "SELECT * FROM public.run_time_roles",
    "DELETE FROM public.run_time_grants",
    "DELETE FROM log.head",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "SELECT pg_read_file('PG_VERSION')",
    *(f"TRUNCATE {table}" for table in KEPT),
    *(f"DROP TABLE {table} CASCADE" for table in KEPT),
)
ONE_MAY_NOT = {
    WRITER: ("SELECT * FROM keys.person_keys", "CREATE TABLE views.mine ()", "CREATE TEMPORARY TABLE mine ()"),
    PROJECTOR: (
        "SELECT * FROM keys.person_keys",
        "INSERT INTO log.tracking VALUES ('x', 1)",
        "SELECT * FROM access.secrets",
    ),
    READER: (
        "SELECT * FROM keys.person_keys",
        "SELECT * FROM access.secrets",
        "INSERT INTO log.tracking VALUES ('x', 1)",
        "CREATE TABLE views.mine ()",
    ),
    KEYKEEPER: (
        "SELECT * FROM log.events",
        "SELECT * FROM access.secrets",
        "DELETE FROM keys.person_keys",
        "CREATE TEMPORARY TABLE mine ()",
    ),
}


@pytest.fixture(scope="module")
def provisioned(cluster: Cluster) -> Iterator[str]:
    with company(cluster) as dsn:
        yield dsn


@pytest.mark.parametrize("logical", LOGICAL)
def test_no_role_may_do_what_nobody_may(provisioned: str, logical: str) -> None:
    """Issue 8, 18: neither from its own session nor by becoming somebody else."""
    roles, [(owner, database)] = (
        own(provisioned),
        ask(provisioned, "SELECT current_user::text, current_database()::text"),
    )
    words = {"owner": owner, "me": roles.names[logical], "database": database}
    with closing(psycopg2.connect(roles.dsn(provisioned, logical))) as session, session.cursor() as cursor:
        for statement in (*NOBODY_MAY, *ONE_MAY_NOT[logical]):
            with pytest.raises(psycopg2.Error) as refusal:
                cursor.execute(statement.format(**words))
            assert isinstance(refusal.value, REFUSED), (statement, refusal.value)
            session.rollback()
            cursor.execute("SELECT session_user::text, current_user::text")
            assert cursor.fetchall() == [(roles.names[logical],) * 2], statement
        for other in LOGICAL:
            if other != logical:
                with pytest.raises(REFUSED):
                    cursor.execute(f"SET ROLE {roles.names[other]}")
                session.rollback()


def test_roles_own_nothing_that_is_kept_and_belong_to_nothing(provisioned: str) -> None:
    """Issue 8, 18: only the tables of views, which can be made again, are the projector's."""
    names = list(own(provisioned).names.values())
    assert (
        ask(
            provisioned,
            "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_roles r ON r.oid = relowner WHERE rolname = ANY(%s)"
            " AND relnamespace::regnamespace::text NOT IN ('views', 'views_next')",
            (names,),
        )
        == []
    )
    assert (
        ask(
            provisioned,
            "SELECT rolname::text FROM pg_roles r WHERE rolname = ANY(%s) AND (rolsuper OR rolcreaterole OR rolcreatedb"
            " OR rolreplication OR rolbypassrls OR rolinherit"
            " OR EXISTS (SELECT FROM pg_auth_members WHERE member = r.oid))",
            (names,),
        )
        == []
    )


@pytest.mark.parametrize("table", KEPT)
def test_not_even_the_owner_empties_a_kept_table(provisioned: str, table: str) -> None:
    """Issue 8, 18: `TRUNCATE log.operations` worked, with the triggers on."""
    with closing(psycopg2.connect(provisioned)) as owner, owner.cursor() as cursor:
        for before in ("", "SET session_replication_role = replica; "):
            with pytest.raises(REFUSED):
                cursor.execute(f"{before}TRUNCATE {table} CASCADE")
            owner.rollback()


def test_a_table_that_comes_later_is_kept_as_well(provisioned: str) -> None:
    run(provisioned, "CREATE TABLE log.later ()")
    migrate(provisioned, roles=own(provisioned))
    with closing(psycopg2.connect(provisioned)) as owner, owner.cursor() as cursor, pytest.raises(REFUSED):
        cursor.execute("TRUNCATE log.later")
    run(provisioned, "DROP TABLE log.later")


def test_no_company_gets_into_the_database_of_another(cluster: Cluster, provisioned: str) -> None:
    """Issue 8, 18: one company's login read another's keys on the same cluster."""
    with company(cluster) as other:
        for logical in LOGICAL:
            with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
                psycopg2.connect(own(other).dsn(provisioned, logical))


def test_the_roles_of_another_company_have_other_passwords() -> None:
    one, other, again = roles_of("one", KEY), roles_of("two", KEY), roles_of("one", KEY)
    assert one == again
    assert not set(one.names.values()) & set(other.names.values())
    assert (
        len({*one.passwords.values(), *other.passwords.values(), *roles_of("one", b"n" * 32).passwords.values()}) == 12
    )


@pytest.mark.parametrize("database", ["a" * 63, "Übergrößenträger; DROP", "1st", "x-y", "x_y", 'quo"te'])
def test_names_of_roles_need_no_quotes_and_are_short(database: str) -> None:
    names = roles_of(database, KEY).names.values()
    assert all(name.isascii() and name.replace("_", "a").isalnum() and name.islower() for name in names)
    assert all(len(name) <= 63 and name.startswith("app_") for name in names)


def test_databases_with_similar_names_have_roles_of_their_own() -> None:
    names = [roles_of(name, KEY).names[WRITER] for name in ("x-y", "x_y", "X_y", "x.y", "a" * 62, "a" * 63)]
    assert len(set(names)) == len(names)


def test_whoever_serves_may_do_all_that_is_needed(provisioned: str) -> None:
    works(provisioned)


def test_migrating_again_changes_nothing(provisioned: str) -> None:
    question = "SELECT logical, kind, object, privilege FROM public.run_time_grants ORDER BY 1, 2, 3, 4"
    passwords = "SELECT * FROM public.run_time_roles ORDER BY 1"
    before = ask(provisioned, question), ask(provisioned, passwords)
    assert migrate(provisioned, roles=own(provisioned)) == []
    assert (ask(provisioned, question), ask(provisioned, passwords)) == before


def test_verifiers_are_those_that_the_standard_describes() -> None:
    """The example of RFC 7677: its server signature and client proof follow from these."""
    salt = b64decode("W22ZaJ0SNY7soEsUEjb6gQ==")
    keys = "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
    assert verifier("pencil", salt) == f"SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==${keys}"
