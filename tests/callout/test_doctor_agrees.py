"""Issue 8, 20: the doctor's findings about connections, keys and clocks agree with what the server does."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from callout.assembly import Application
from callout.connections import TooFewConnections, fitted
from callout.doctor.finding import Finding
from callout.settings import Settings
from tests.callout.conftest import MASTER_KEY
from tests.support.backups import registered
from tests.support.databases import Cluster, run
from tests.support.doctor_findings import findings

NEW = b"n" * 32


def of(settings: Settings, check: str) -> list[Finding]:
    return [finding for name, finding in findings(settings) if name == check]


@pytest.mark.usefixtures("application")
@pytest.mark.parametrize("workers", [1, 2, 4, 8])
@pytest.mark.parametrize("pool", [None, 4, 40])
def test_connections_are_enough_for_the_doctor_when_they_are_for_the_server(
    settings: Settings, workers: int, pool: int | None
) -> None:
    """Issue 8, review 20: with 100 connections the default server ran, and the doctor called it wrong."""
    dsn = str(settings.database_url)
    run(dsn, f"ALTER DATABASE {urlsplit(dsn).path[1:]} CONNECTION LIMIT 100")
    asked = replace(settings, workers=workers, pool=pool or 10, pool_set=pool is not None)
    try:
        expected, size = "ok", fitted(asked, dsn).pool
    except TooFewConnections:
        expected, size = "wrong", 0
    [found] = of(asked, "connections")
    assert found.level == expected
    assert not 0 < size < asked.pool or f"with pools of {size} instead of {asked.pool}" in found.text


def test_a_master_key_that_is_not_the_newest_is_no_other_one(application: Application, settings: Settings) -> None:
    """Issue 8, review 21: between the new key and the rotation all is well, and there is something to do."""
    registered(application)
    assert [each.level for each in of(settings, "master_key")] == ["ok"]
    rotating = replace(settings, master_key=NEW, older_master_keys=(MASTER_KEY,))
    [found] = of(rotating, "master_key")
    assert found.level == "advice"
    assert "rotate-keys" in found.do
    assert "wrapped under older ones" in found.text


def test_keys_under_an_older_master_key_are_told(application: Application, settings: Settings) -> None:
    """Issue 8, review 21: a rotation that was cut off, and a master key that was taken away too early."""
    registered(application)
    dsn = str(settings.database_url)
    run(dsn, "UPDATE keys.person_keys SET master_id = NULL")
    [found] = of(settings, "master_key")
    assert found.level == "advice"
    run(dsn, "UPDATE keys.person_keys SET master_id = 'gone'")
    [found] = of(settings, "master_key")
    assert found.level == "wrong"
    assert "is not here" in found.text


def test_a_clock_that_had_jumped_ahead_is_told_as_it_is(application: Application, settings: Settings) -> None:
    """Issue 8, review 22: recorded_at follows the clock again, which the doctor denied."""
    run(
        str(settings.database_url),
        "CREATE OR REPLACE FUNCTION log.clock() RETURNS timestamptz LANGUAGE sql VOLATILE"
        " AS $$ SELECT clock_timestamp() + interval '1 hour' $$",
    )
    registered(application)
    [found] = [each for each in of(settings, "clocks") if each.level == "wrong"]
    assert "with the next event" in found.text.lower()
    assert "log.clock_steps" in found.text


@pytest.mark.usefixtures("application")
def test_strangers_who_may_connect_are_told(cluster: Cluster, settings: Settings) -> None:
    """Issue 8, review 16: the roles of a former name that an earlier version has left in."""
    dsn, former = str(settings.database_url), "app_former_name_reader"
    assert not [each for each in of(settings, "roles") if each.level != "ok"]
    run(cluster.dsn, f"CREATE ROLE {former}", f"GRANT CONNECT ON DATABASE {urlsplit(dsn).path[1:]} TO {former}")
    try:
        [found] = [each for each in of(settings, "roles") if each.level == "advice"]
        assert former in found.text
    finally:
        run(dsn, f"DROP OWNED BY {former}", f"DROP ROLE {former}")
