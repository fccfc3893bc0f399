"""Fixtures of all tests: a real PostgreSQL server, and on it a fresh database for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.databases import Cluster, begin_run, end_run


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # an xdist worker takes part in its controller's run
        begin_run()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        end_run()


@pytest.fixture(scope="session")
def cluster() -> Cluster:
    """The run's server, started by the first test that needs one."""
    return Cluster()


@pytest.fixture(scope="session")
def template(cluster: Cluster) -> str:
    """The name of a database with all migrations applied."""
    return cluster.template()


@pytest.fixture
def database(cluster: Cluster, template: str) -> Iterator[str]:
    """The DSN, as owner, of a fresh database with all migrations applied."""
    with cluster.database(template) as dsn:
        yield dsn
