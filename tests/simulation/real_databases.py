"""Databases for real servers: a template, and a copy of it for each replay."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

from projections.catalogue import ensure
from store.keyring import Keyring
from store.log import EventLog
from store.pool import ConnectionPool
from tests.simulation.real_clock import CLOCK, RealClock
from tests.simulation.real_server import MASTER_KEY, RealServer
from tests.support.databases import Cluster, run


@contextmanager
def prepared(cluster: Cluster) -> Iterator[str]:
    """The name of a template database with views and a simulated clock."""
    with cluster.database(cluster.template()) as dsn:
        pools = {role: ConnectionPool(dsn, role=role) for role in ("callout_projector", "callout_keykeeper")}
        ensure(EventLog(pools["callout_projector"], Keyring(pools["callout_keykeeper"], MASTER_KEY)))
        for pool in pools.values():
            pool.close()
        run(dsn, *CLOCK)
        yield urlsplit(dsn).path[1:]


@contextmanager
def real_server(cluster: Cluster, template: str, folder: Path, epoch: UUID) -> Iterator[RealServer]:
    """A server on a fresh copy of the template, whose log has this epoch."""
    with cluster.database(template) as dsn:
        run(dsn, f"UPDATE log.head SET epoch = '{epoch}'")  # noqa: S608 - a UUID
        with RealClock.of(dsn) as clock:
            server = RealServer(cluster, dsn, folder, clock)
            try:
                yield server
            finally:
                server.close()
                server.forget_backup()
