"""Commands of operators: backup, restore, roles and keys."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from callout.assembly import Application
from callout.cli import main
from callout.settings import Settings
from store.roles import database_of, roles_of
from tests.callout.conftest import MASTER_KEY
from tests.support.backups import registered

Capture = pytest.CaptureFixture[str]


def test_a_backup_is_written_and_brought_back(settings: Settings, tmp_path: Path, capsys: Capture) -> None:
    """Issue 8, 17: from the command line, in the place of what is there or not at all."""
    with Application(settings) as application:
        registered(application)
    folder = str(tmp_path / "backup")
    assert main(["backup", folder, "--json"]) == 0
    written = json.loads(capsys.readouterr().out)
    assert (written["position"], written["blobs"]) == (2, 1)
    assert main(["backup", folder]) == 1
    assert "is there already" in capsys.readouterr().err
    assert main(["restore", folder]) == 1
    assert "--replace" in capsys.readouterr().err
    assert main(["restore", folder, "--replace", "--json"]) == 0
    restored = json.loads(capsys.readouterr().out)
    assert (restored["position"], restored["erased_again"]) == (2, 0)
    assert restored["epoch"] != written["epoch"]
    assert main(["backup", f"{folder}-2", "--without-blobs"]) == 0
    assert "no files of blobs" in capsys.readouterr().out


def test_the_roles_are_named_and_can_be_made_by_an_administrator(settings: Settings, capsys: Capture) -> None:
    """Issue 8, 18: without a password in what is printed."""
    assert settings.database_url is not None
    roles = roles_of(database_of(settings.database_url), MASTER_KEY)
    assert main(["roles", "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out).values()) == set(roles.names.values())
    assert main(["roles", "--print-sql"]) == 0
    printed = capsys.readouterr().out
    assert all(name in printed for name in roles.names.values())
    assert not any(password in printed for password in roles.passwords.values())


def test_a_role_that_locked_everybody_out_is_let_in_again_by_migrating(
    application: Application, capsys: Capture
) -> None:
    """Issue 8, 18: any role may change its own password."""
    [(role,)] = application.services.log.pool.fetch_all("SELECT current_user::text")
    application.services.log.pool.execute(f"ALTER ROLE {role} PASSWORD 'mine'")
    assert main(["status"]) == 0
    assert main(["verify", "parts"]) == 1
    assert "password authentication failed" in capsys.readouterr().err
    assert main(["migrate"]) == 0
    assert main(["verify", "parts"]) == 0


def test_keys_of_the_environment_need_a_newer_one_in_front(application: Application, capsys: Capture) -> None:
    """Issue 8, 26."""
    registered(application)
    assert main(["rotate-keys"]) == 1
    assert "put a new one in front" in capsys.readouterr().err
    assert main(["rotate-keys", "--forget-old", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"forgotten": 0}


def test_who_serves_may_neither_migrate_nor_back_up(
    application: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """Issue 8, 18: with CALLOUT_RUNTIME_URL alone everything else works, and nothing signs in as the owner."""
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.setenv("CALLOUT_RUNTIME_URL", application.address)
    folder = str(tmp_path)
    for words in ("migrate", f"backup {folder}/b", f"restore {folder}", "rotate-keys --forget-old"):
        assert main(words.split(" ")) == 2
        assert "DATABASE_URL" in capsys.readouterr().err
    assert main(["verify", "parts"]) == 0
    assert main(["status"]) == 0
    assert "CALLOUT_RUNTIME_URL" in capsys.readouterr().out
