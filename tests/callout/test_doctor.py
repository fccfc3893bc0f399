"""Issue 8, 20: the doctor says in sentences what is wrong and what to do, changing nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from callout.assembly import Application
from callout.cli import main
from callout.doctor import clocks, connections, database, disk
from callout.doctor.catalogue import CHECKS, examine
from callout.doctor.system import System, open_system
from callout.master_key import FILE
from callout.settings import Settings
from store.heartbeats import Heartbeats
from store.roles import WRITER, address_of, database_of, roles_of
from tests.support.databases import run
from tests.support.doctor_findings import file_for_folder, findings, no_key, open_key, wrongs

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def well(application: Application, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings without any finding, as if the tests' server waited for its disk."""
    monkeypatch.setattr(database, "_SETTINGS", database._SETTINGS.replace("= 'on'", "<> ''"))
    for part in ("views", "keys", "held"):
        Heartbeats(application.services.projecting.pool).beat(part)
    return settings


def test_in_a_house_that_is_well_the_doctor_says_so(well: Settings, capsys: Capture) -> None:
    assert wrongs(well) == {}
    assert {name for name, _ in findings(well)} == {check.name for check in CHECKS}
    assert main(["doctor"]) == 0
    assert "Nothing is wrong." in capsys.readouterr().out
    assert main(["doctor", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["well"] is True
    assert document["findings"][0].keys() == {"check", "level", "says", "do"}


BROKEN: dict[str, tuple[str, str, str]] = {
    "a view that lacks an event": (
        "INSERT INTO log.parked_events VALUES ('stock', 17, 'stock', 'NumericValueOutOfRange (22003)')",
        "views",
        "lacks 1 event(s) that it could not take in, the first at position 17 (NumericValueOutOfRange (22003))",
    ),
    "a view that is stopped": (
        "UPDATE log.checkpoints SET stopped_at = now(), stopped_by = 'UndefinedTable' WHERE name = 'surveys'",
        "views",
        "The view surveys is stopped",
    ),
    "a view of another shape": ("UPDATE log.checkpoints SET shape = 'x' WHERE name = 'surveys'", "views", "surveys"),
    "views that stand still": (
        "UPDATE log.head SET position = 5; UPDATE log.checkpoints SET moved_at = now() - interval '1 hour'",
        "views",
        "The views stand still: 5 events wait, and none was taken in for 36",
    ),
    "a part of the worker that is silent": (
        "UPDATE log.heartbeats SET beaten_at = now() - interval '5 minutes' WHERE part = 'held'",
        "worker",
        "No worker decides held operations",
    ),
    "no worker at all": ("DELETE FROM log.heartbeats", "worker", "No worker is running"),
    "jobs that are not done": (
        "INSERT INTO log.job_slots VALUES ('say-how-far', now() - interval '1 hour')",
        "worker",
        "scheduled jobs have not been done",
    ),
    "a role that may do too much": (
        "GRANT UPDATE ON log.events TO {writer}",
        "roles",
        "{writer}: UPDATE on log.events",
    ),
    "a role that may do too little": (
        "REVOKE INSERT ON log.events FROM {writer}",
        "roles",
        "{writer} may not INSERT on log.events",
    ),
    "a role that cannot sign in": ("ALTER ROLE {writer} NOLOGIN", "roles", "These roles cannot sign in: {writer}."),
    "a role with powers": ("ALTER ROLE {writer} CREATEROLE", "roles", "could change history: {writer}."),
    "a migration that is missing": (
        "DELETE FROM public.schema_migrations WHERE name LIKE '0015%'",
        "migrations",
        "lacks migrations: 0015_parked_events.sql",
    ),
    "another master key": (
        "UPDATE access.secrets SET value = 'another' WHERE name = 'master_key_id'",
        "master_key",
        "not the one that this database was made with",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_wrong_in_the_database_is_said_and_nothing_else_is(well: Settings, capsys: Capture, what: str) -> None:
    """Issue 8, found by attack: the roles are those of this database, not of the whole cluster as before."""
    writer = roles_of(database_of(str(well.database_url)), b"").names[WRITER]
    statement, name, sentence = (text.replace("{writer}", writer) for text in BROKEN[what])
    run(str(well.database_url), statement)

    found = wrongs(well)

    assert set(found) == {name}
    assert sentence in found[name]
    assert main(["doctor"]) == 1
    assert sentence in capsys.readouterr().out
    assert main(["doctor", "--json"]) == 1


def test_a_database_that_is_away_is_said_and_the_rest_is_looked_at_all_the_same(well: Settings) -> None:
    found = findings(replace(well, database_url="postgresql://nobody@127.0.0.1:1/nothing"))
    assert [finding.level for name, finding in found if name == "database"] == ["wrong"]
    assert {name for name, _ in found} == {check.name for check in CHECKS if check.asks == "nothing"}


def test_a_machine_that_has_only_the_run_time_address_is_examined_too(well: Settings) -> None:
    """Issue 8, found by attack: the doctor looked for an embedded server there."""
    elsewhere = replace(well, database_url=None, runtime_url=address_of(str(well.database_url)))
    assert wrongs(elsewhere) == {}
    assert {name for name, _ in findings(elsewhere)} == {check.name for check in CHECKS}


def test_an_embedded_server_that_does_not_run_is_not_started(well: Settings, tmp_path: Path) -> None:
    home = tmp_path / "other"
    found = wrongs(replace(well, database_url=None, home=home))
    assert "is not running" in found["database"]
    assert not home.exists()


def test_too_many_processes_for_the_database_are_said(well: Settings) -> None:
    """Issue 8, 20: 8 workers exceed the connections."""
    assert "has room for" in wrongs(replace(well, workers=64, pool=100))["connections"]


@pytest.mark.parametrize(
    ("spoil", "name", "sentence"),
    [
        (no_key, "master_key", "The master key is missing"),
        (open_key, "master_key", "may be read by others"),
        (file_for_folder, "blobs", "is a file"),
    ],
)
def test_what_is_wrong_on_this_machine_is_said(
    well: Settings, spoil: Callable[[Settings], Settings], name: str, sentence: str
) -> None:
    found = wrongs(spoil(well))
    assert set(found) == {name}
    assert sentence in found[name]
    assert not (well.home / FILE).exists() or spoil is open_key, "none is made"


@pytest.mark.usefixtures("application")
def test_a_database_that_does_not_wait_for_its_disk_is_said(settings: Settings) -> None:
    """The tests' own server is one: it may lose what it holds."""
    assert "a power cut loses what was acknowledged" in wrongs(settings)["database"]


def test_a_full_disk_and_clocks_that_differ_are_said(well: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "LEAST", 2**62)
    monkeypatch.setattr(clocks, "MOST_SECONDS", -1.0)
    found = wrongs(well)
    assert set(found) == {"disk", "clocks"}
    assert "Make room" in found["disk"]
    assert "NTP" in found["clocks"]


def test_a_check_that_fails_is_something_wrong(well: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "_ROOM", "SELECT no_such_function()")
    assert "could not be examined: UndefinedFunction (42883)" in wrongs(well)["connections"]


def test_the_doctor_says_nothing_of_what_the_database_holds(well: Settings) -> None:
    """Of errors only classes and places are told, since rows hold people's words."""

    def reveal(system: System) -> Any:
        return system.ask("SELECT 'Frau Muster'::integer")

    with open_system(well) as system:
        [(_, finding)] = examine(system, [CHECKS[0]._replace(find=reveal)])
    assert finding.level == "wrong"
    assert "Muster" not in finding.text
