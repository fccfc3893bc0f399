"""Databases with run-time roles of their own, and what these roles must be able to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from uuid import uuid4

from domain.kernel.envelope import Envelope
from projections.catalogue import ensure
from store.keyring import Keyring
from store.log import EventLog
from store.migrate import migrate
from store.pool import ConnectionPool
from store.roles import KEYKEEPER, LOGICAL, PROJECTOR, READER, WRITER, RunTimeRoles, database_of, roles_of
from tests.support.databases import Cluster, run
from tests.support.logs import NOON, opened

KEY = b"m" * 32


def own(dsn: str) -> RunTimeRoles:
    return roles_of(database_of(dsn), KEY)


@contextmanager
def company(cluster: Cluster) -> Iterator[str]:
    """A database with roles of its own, which are dropped with it."""
    with cluster.database() as dsn:
        migrate(dsn, roles=own(dsn))
        try:
            yield dsn
        finally:
            drop_roles(dsn)


def drop_roles(dsn: str) -> None:
    """Drop the roles of a database and everything they own in it."""
    for name in own(dsn).names.values():
        run(dsn, f"DROP OWNED BY {name}", f"DROP ROLE {name}")


@contextmanager
def log_as_writer(dsn: str) -> Iterator[EventLog]:
    """The log under the run-time roles."""
    with (
        closing(ConnectionPool(own(dsn).dsn(dsn, WRITER), size=2)) as writer,
        closing(ConnectionPool(own(dsn).dsn(dsn, KEYKEEPER), size=2)) as keeper,
    ):
        yield EventLog(writer, Keyring(keeper, KEY))


def works(dsn: str) -> None:
    """Do everything that the run-time roles must be able to do."""
    roles = own(dsn)
    pools = {logical: ConnectionPool(roles.dsn(dsn, logical), size=3) for logical in LOGICAL}
    try:
        keyring = Keyring(pools[KEYKEEPER], KEY)
        log, projecting = EventLog(pools[WRITER], keyring), EventLog(pools[PROJECTOR], keyring)
        work = log.work()
        work.add(Envelope(occurred_at=NOON), opened())
        work.commit()
        log.next_work_order_number()
        ensure(projecting)
        assert pools[READER].fetch_all("SELECT count(*) FROM views.work_orders")
        assert pools[WRITER].fetch_all("SELECT count(*) FROM views.work_orders")
    finally:
        for pool in pools.values():
            pool.close()


@contextmanager
def login(cluster: Cluster, attributes: str) -> Iterator[tuple[str, str]]:
    """A role with these attributes and the DSN of an empty database that it owns."""
    name, password = f"op_{uuid4().hex[:12]}", uuid4().hex
    run(
        cluster.dsn,
        f"CREATE ROLE {name} LOGIN {attributes} PASSWORD '{password}'",
        f"CREATE DATABASE {name} OWNER {name}",
    )
    dsn = RunTimeRoles(name, {WRITER: name}, {WRITER: password}).dsn(cluster.dsn_of(name), WRITER)
    try:
        yield name, dsn
    finally:
        run(cluster.dsn, f"DROP DATABASE {name} WITH (FORCE)")
        for made in (*own(dsn).names.values(), name):
            run(cluster.dsn, f"DROP ROLE IF EXISTS {made}")
