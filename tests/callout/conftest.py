"""Fixtures of tests of the command line: a database and settings of its own."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from callout.assembly import Application
from callout.settings import Settings
from store.migrate import migrate
from store.roles import database_of, roles_of
from tests.support.backups import Site
from tests.support.databases import Cluster, run

MASTER_KEY = b"m" * 32


@pytest.fixture(autouse=True)
def _own_journal() -> Iterator[None]:
    """Reset the logging configuration after each test."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def furnished(
    cluster: Cluster, template: str, worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The name of a template database with all views."""
    name = f"{template}_{worker_id}"
    run(cluster.dsn, f"CREATE DATABASE {name} TEMPLATE {template}")
    home = tmp_path_factory.mktemp("furnished")
    settings = Settings(home=home, database_url=cluster.dsn_of(name), master_key=MASTER_KEY)
    with Application(settings, migrating=True) as built:
        built.ensure_views()
    run(cluster.dsn_of(name), "DELETE FROM log.lives")  # a copy of it is not to be taken for a restored log
    yield name
    run(cluster.dsn, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def furnished_database(cluster: Cluster, furnished: str) -> Iterator[str]:
    """The DSN of a fresh database with all views, migrated as `callout migrate` does."""
    with cluster.database(furnished) as dsn:
        migrate(dsn, roles=roles_of(database_of(dsn), MASTER_KEY))  # a copy gets roles of its own
        yield dsn


@pytest.fixture
def settings(furnished_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings that are in the environment too, where commands read them."""
    for name, value in {
        "CALLOUT_HOME": str(tmp_path),
        "DATABASE_URL": furnished_database,
        "CALLOUT_MASTER_KEY": b64encode(MASTER_KEY).decode(),
        "CALLOUT_POOL": "4",
        "CALLOUT_ADMIN_PASSWORD": "correct horse battery staple",
    }.items():
        monkeypatch.setenv(name, value)
    return Settings.from_environment()


@pytest.fixture
def application(settings: Settings) -> Iterator[Application]:
    """The application with empty views."""
    with Application(settings) as built:
        yield built


@pytest.fixture
def site(cluster: Cluster, template: str, tmp_path: Path) -> Iterator[Site]:
    """An installation with a database and a home of its own."""
    with cluster.database(template) as dsn:
        yield Site(dsn, tmp_path / "home")


@pytest.fixture
def elsewhere(cluster: Cluster, tmp_path: Path) -> Iterator[Site]:
    """An empty database, and an empty home."""
    with cluster.database() as dsn:
        yield Site(dsn, tmp_path / "elsewhere")
