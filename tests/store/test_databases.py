"""What a test may rely on: a database of its own, with every migration applied."""

from __future__ import annotations

import psycopg2
import pytest

from store.migrate import migrate
from store.pool import ConnectionPool
from tests.support.databases import Cluster, run


def test_a_test_gets_a_database_with_every_migration_applied(database: str) -> None:
    assert migrate(database) == []


def test_a_test_writes_as_the_owner(database: str) -> None:
    pool = ConnectionPool(database)
    pool.execute("CREATE TABLE mine (id integer)")
    assert pool.fetch_all("SELECT count(*) FROM mine") == [(0,)]
    pool.close()


def test_what_one_test_writes_no_other_sees(cluster: Cluster, template: str) -> None:
    with cluster.database(template) as one, cluster.database(template) as other:
        run(one, "CREATE TABLE mine (id integer)")
        with pytest.raises(psycopg2.errors.UndefinedTable):
            run(other, "SELECT * FROM mine")
