"""Databases get run-time roles of their own, wherever they come from and whoever migrates them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from shutil import copyfile

import psycopg2
import pytest

from projections.catalogue import ensure
from store.errors import MigrationError
from store.keyring import Keyring
from store.lives import settle_life
from store.log import EventLog
from store.migrate import migrate
from store.pool import ConnectionPool
from store.provisioning import script
from store.roles import LOGICAL, PROJECTOR, READER, WRITER, database_of
from tests.support.databases import Cluster, run
from tests.support.run_time import KEY, company, drop_roles, log_as_writer, login, own, works
from tests.support.servers import ask


@pytest.fixture(scope="module")
def provisioned(cluster: Cluster) -> Iterator[str]:
    with company(cluster) as dsn:
        yield dsn


def test_of_many_starters_all_find_the_roles_made(cluster: Cluster) -> None:
    """Issue 8, 18: they take turns, so that no two change the same row of the catalogue at once."""
    with cluster.database() as dsn, ThreadPoolExecutor(6) as starters:
        applied = list(starters.map(lambda _: migrate(dsn, roles=own(dsn)), range(6)))
        assert sum(map(bool, applied)) == 1
        works(dsn)


def test_a_grant_that_a_migration_takes_away_stays_away(cluster: Cluster, tmp_path: Path) -> None:
    """Issue 8, 18: what is remembered is what the last migrations have left."""
    for file in files("migrations").iterdir():
        if file.name.endswith(".sql"):
            copyfile(str(file), tmp_path / file.name)
    with company(cluster) as dsn:
        (tmp_path / "9999_less.sql").write_text("REVOKE INSERT ON log.lives FROM callout_writer;")
        assert migrate(dsn, tmp_path, own(dsn)) == ["9999_less.sql"]
        migrate(dsn, tmp_path, own(dsn))
        refused = pytest.raises(psycopg2.errors.InsufficientPrivilege)
        with closing(psycopg2.connect(own(dsn).dsn(dsn, WRITER))) as session, session.cursor() as cursor, refused:
            cursor.execute("INSERT INTO log.lives (epoch, cluster) VALUES (gen_random_uuid(), '')")


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """The migrations as they were before databases had roles of their own."""
    for file in files("migrations").iterdir():
        if file.name.endswith(".sql") and file.name < "0019":
            copyfile(str(file), tmp_path / file.name)
    return tmp_path


def test_a_database_with_roles_of_the_whole_cluster_gets_its_own(cluster: Cluster, older: Path) -> None:
    """Issue 8, 18: the old roles lose what they could do here; another database that uses them goes on."""
    with cluster.database() as dsn, cluster.database() as neighbour:
        for each in (dsn, neighbour):
            migrate(each, older)
        with closing(ConnectionPool(dsn, role=PROJECTOR)) as pool:
            ensure(EventLog(pool, Keyring(pool, KEY)))
        migrate(dsn, roles=own(dsn))
        works(dsn)
        left = (
            "SELECT c.oid::regclass::text FROM pg_class c, aclexplode(relacl) a"
            " WHERE a.grantee::regrole::text = ANY(%s) OR c.relowner::regrole::text = ANY(%s)"
        )
        assert ask(dsn, left, (list(LOGICAL),) * 2) == []
        assert ask(neighbour, left, (list(LOGICAL),) * 2) != []
        drop_roles(dsn)


def test_an_upgrade_is_not_taken_for_a_restore(cluster: Cluster, older: Path) -> None:
    """Issue 8, 17: the numbers that tell a restored log grew with a migration; no phone downloads anew for that."""
    now = "SELECT epoch, system_identifier || '/' || timeline_id FROM pg_control_system(), pg_control_checkpoint()"
    with cluster.database() as dsn:
        migrate(dsn, older)
        run(dsn, f"INSERT INTO log.lives (epoch, cluster) {now}, log.head")
        migrate(dsn, roles=own(dsn))
        with log_as_writer(dsn) as log:
            epoch = log.epoch()
            assert settle_life(log) == epoch


def test_a_log_that_was_loaded_from_a_dump_in_the_same_cluster_begins_another_life(cluster: Cluster) -> None:
    """Issue 8, 17: its database and its tables have other numbers there."""
    with company(cluster) as dsn:
        with log_as_writer(dsn) as log:
            epoch = settle_life(log)
        with cluster.database(database_of(dsn)) as copy:
            migrate(copy, roles=own(copy))
            with log_as_writer(copy) as log:
                assert settle_life(log) != epoch
                assert settle_life(log) == log.epoch()
        with log_as_writer(dsn) as log:
            assert settle_life(log) == epoch


def test_a_copy_of_a_database_gets_roles_of_its_own(cluster: Cluster, provisioned: str) -> None:
    """Issue 8, 18: the roles of the original are nobody in the copy, and the original's go on."""
    works(provisioned)
    with cluster.database(database_of(provisioned)) as copy:
        migrate(copy, roles=own(copy))
        works(copy)
        with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
            psycopg2.connect(own(provisioned).dsn(copy, WRITER))
        drop_roles(copy)
    works(provisioned)


def test_grants_that_a_dump_left_out_come_back(cluster: Cluster) -> None:
    """Issue 8, 17: what `pg_dump --no-owner --no-privileges` leaves out is remembered in the database."""
    with company(cluster) as dsn:
        works(dsn)
        names = own(dsn).names
        run(
            dsn,
            *(f"REASSIGN OWNED BY {name} TO CURRENT_USER; DROP OWNED BY {name}" for name in names.values()),
        )
        with pytest.raises(psycopg2.OperationalError):
            psycopg2.connect(own(dsn).dsn(dsn, WRITER))
        migrate(dsn, roles=own(dsn))
        works(dsn)


def test_a_role_that_was_dropped_is_made_again_with_its_password(cluster: Cluster) -> None:
    with company(cluster) as dsn:
        name = own(dsn).names[READER]
        run(dsn, f"DROP OWNED BY {name}; DROP ROLE {name}")
        migrate(dsn, roles=own(dsn))
        works(dsn)


def test_a_role_that_may_more_than_it_should_is_refused(cluster: Cluster) -> None:
    with company(cluster) as dsn:
        name = own(dsn).names[READER]
        for more, less in (
            (f"ALTER ROLE {name} CREATEROLE", f"ALTER ROLE {name} NOCREATEROLE"),
            (f"GRANT pg_monitor TO {name}", f"REVOKE pg_monitor FROM {name}"),
        ):
            run(dsn, more)
            with pytest.raises(MigrationError, match="may more than it should"):
                migrate(dsn, roles=own(dsn))
            run(dsn, less)
        migrate(dsn, roles=own(dsn))


def test_a_login_that_is_no_superuser_can_migrate(cluster: Cluster) -> None:
    """Issue 8, 18: it owns the database and may create roles; that is enough on every version."""
    with login(cluster, "CREATEROLE") as (_, dsn):
        migrate(dsn, roles=own(dsn))
        works(dsn)
        migrate(dsn, roles=own(dsn))


def test_a_login_that_may_not_create_roles_is_told_what_an_administrator_has_to_run(cluster: Cluster) -> None:
    """Issue 8, 18: `callout roles --print-sql`; no password stands in what it prints."""
    with login(cluster, "") as (name, dsn):
        with pytest.raises(MigrationError, match="callout roles --print-sql"):
            migrate(dsn, roles=own(dsn))
        statements = script(own(dsn), name)
        assert not any(password in statements for password in own(dsn).passwords.values())
        run(cluster.dsn, statements)
        migrate(dsn, roles=own(dsn))
        works(dsn)
        migrate(dsn, roles=own(dsn))


def test_a_database_of_another_name_is_closed_to_the_roles_of_its_former_one(cluster: Cluster) -> None:
    """Issue 8, review 16: a new database may have the former name, and its company those very roles."""
    with company(cluster) as dsn:
        former, name = own(dsn), database_of(dsn)
        renamed = cluster.dsn_of(f"{name}_2")
        run(cluster.dsn, f"ALTER DATABASE {name} RENAME TO {name}_2")
        try:
            psycopg2.connect(former.dsn(renamed, READER)).close()
            migrate(renamed, roles=own(renamed))
            works(renamed)
            for logical in LOGICAL:
                with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
                    psycopg2.connect(former.dsn(renamed, logical))
            drop_roles(renamed)
        finally:
            run(cluster.dsn, f"ALTER DATABASE {name}_2 RENAME TO {name}")
