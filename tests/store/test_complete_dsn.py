"""Issue 8, review 9: wherever a DSN leaves it to libpq which database is meant, those who serve find the same one."""

from __future__ import annotations

from pathlib import Path

import pytest
from psycopg2.extensions import make_dsn, parse_dsn

from callout.cli import main
from callout.database import open_database, open_run_time
from callout.settings import Settings
from store.complete_dsn import NameTheDatabase, completed
from store.roles import LOGICAL, READER, roles_of
from tests.support.databases import Cluster
from tests.support.run_time import KEY, login
from tests.support.servers import ask


def without_its_database(dsn: str) -> str:
    return str(make_dsn(**{name: value for name, value in parse_dsn(dsn).items() if name != "dbname"}))


@pytest.mark.parametrize("by", ["login", "environment", "service", "service of the environment"])
def test_a_database_that_the_dsn_does_not_name_is_found(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    """Issue 8, review 9: roles were named after the login or the operating system's user, and looked elsewhere."""
    with login(cluster, "CREATEROLE") as (name, whole):
        dsn = without_its_database(whole)
        if by == "environment":
            monkeypatch.setenv("PGDATABASE", name)
        if "service" in by:
            lines = "".join(f"{key}={value}\n" for key, value in parse_dsn(whole).items())
            (tmp_path / "services").write_text(f"[acme]\n{lines}")
            monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))
            dsn = "service=acme" if by == "service" else ""
            if not dsn:
                monkeypatch.setenv("PGSERVICE", "acme")
        settings = Settings(home=tmp_path, database_url=dsn, master_key=KEY)

        access = open_database(settings, dsn, migrating=True)

        for variable in ("PGDATABASE", "PGSERVICE", "PGSERVICEFILE"):
            monkeypatch.delenv(variable, raising=False)
        assert parse_dsn(access.address).keys().isdisjoint({"user", "password", "service", "passfile"})
        assert access.roles.names == roles_of(name, KEY).names
        for logical in LOGICAL:
            assert ask(access.dsn(logical), "SELECT current_database()") == [(name,)]
        assert ask(open_run_time(settings, access.address).dsn(READER), "SELECT current_database()") == [(name,)]


def test_a_dsn_that_says_all_is_left_as_it_is() -> None:
    dsn = "postgresql://acme@nowhere.invalid/acme?connect_timeout=3"
    assert completed(dsn) == dsn


@pytest.mark.parametrize("address", ["postgresql://127.0.0.1:1/", "service=acme", "host=127.0.0.1"])
def test_an_address_of_those_who_serve_has_to_name_its_database(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Issue 8, review 9: nobody can ask before it is known as whom."""
    monkeypatch.delenv("PGDATABASE", raising=False)
    with pytest.raises(NameTheDatabase):
        open_run_time(Settings(home=tmp_path, master_key=KEY), address)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("CALLOUT_HOME", str(tmp_path))
    monkeypatch.setenv("CALLOUT_RUNTIME_URL", address)
    assert main(["roles"]) == 1
    assert "names no database" in capsys.readouterr().err


def test_the_words_of_the_command_line_name_the_roles_of_the_real_database(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Issue 8, review 9: what an administrator runs is for the database that is served."""
    with login(cluster, "") as (name, whole):
        lines = "".join(f"{key}={value}\n" for key, value in parse_dsn(whole).items())
        (tmp_path / "services").write_text(f"[acme]\n{lines}")
        monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))
        monkeypatch.setenv("DATABASE_URL", "service=acme")
        monkeypatch.setenv("CALLOUT_HOME", str(tmp_path))
        assert main(["roles", "--print-sql"]) == 0
        printed = capsys.readouterr().out
        assert all(role in printed for role in roles_of(name, KEY).names.values())
        assert f'TO "{name}"' in printed
