"""Commands about the log and its views: their output, its form, and their exit codes."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from callout.assembly import Application
from callout.bootstrap import register_locations
from callout.cli import main
from domain.kernel.envelope import Envelope
from domain.stock.location import Location
from domain.stock.part import Part, PartName

YESTERDAY = datetime.now(UTC) - timedelta(days=1)
Capture = pytest.CaptureFixture[str]


def output(capture: Capture, *words: str) -> list[dict[str, Any]]:
    """The lines of JSON that these words print, when all goes well."""
    capture.readouterr()
    assert main([*words, "--json"]) == 0
    return [json.loads(line) for line in capture.readouterr().out.splitlines()]


@pytest.fixture
def van(application: Application) -> UUID:
    """A van that was registered yesterday, and is in the views."""
    van = Location.register(id=uuid4(), kind="van", name="Van 7")
    work = application.services.log.work()
    work.add(Envelope(occurred_at=YESTERDAY), van)
    work.commit()
    while application.projector().run_once():
        pass
    return van.id


@pytest.mark.usefixtures("settings")
def test_migrating_prepares_the_views_and_the_places_and_does_it_once(
    database: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("DATABASE_URL", database)

    first, again = output(capsys, "migrate")[0], output(capsys, "migrate")[0]

    assert first["applied"] == []  # the database of a test has been migrated
    assert {"parts", "stock", "documents"} <= set(first["views"])
    assert again == {"applied": [], "views": []}


def test_what_was_recorded_is_exported_as_it_is_stored(
    application: Application, capsys: Capture, tmp_path: Path
) -> None:
    register_locations(application)
    stored = [record for (record,) in application.services.log.pool.fetch_all("SELECT record FROM log.events")]
    capsys.readouterr()

    assert main(["export"]) == 0
    assert capsys.readouterr().out.splitlines() == stored
    assert main(["export", "--after", "4"]) == 0
    assert capsys.readouterr().out.splitlines() == stored[4:]
    assert output(capsys, "export", str(tmp_path / "log.ndjson")) == [{"lines": 6, "through": 6}]
    assert (tmp_path / "log.ndjson").read_text().splitlines() == stored


def test_what_is_exported_is_its_owners_alone(van: UUID, capsys: Capture, tmp_path: Path) -> None:
    """Issue 8, 27: also where a file that others could read was there before."""
    before = tmp_path / "before.ndjson"
    before.write_text("x" * 100_000)
    before.chmod(0o644)
    for path in (before, tmp_path / "fresh.ndjson"):
        output(capsys, "export", "--view", "locations", str(path))
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert [json.loads(line)["row"]["id"] for line in path.read_text().splitlines()] == [str(van)]
    assert main(["export", "/dev/null"]) == 0


def test_a_view_is_exported_row_by_row(van: UUID, capsys: Capture) -> None:
    assert main(["export", "--view", "locations"]) == 0

    [line] = capsys.readouterr().out.splitlines()
    assert json.loads(line)["table"] == "locations"
    assert json.loads(line)["row"]["id"] == str(van)


def test_a_view_as_it_stood_leaves_out_what_had_not_happened(van: UUID, capsys: Capture) -> None:
    before, after = (YESTERDAY + timedelta(seconds=late) for late in (-1, 1))

    assert output(capsys, "as-of", before.isoformat(), "locations") == []
    [line] = output(capsys, "as-of", after.isoformat(), "locations", "--where", "name=Van 7")
    assert line["row"]["id"] == str(van)
    assert output(capsys, "as-of", after.isoformat(), "locations", "--where", "name=Van 8") == []
    assert output(capsys, "as-of", after.isoformat(), "locations", "--known-at", before.isoformat()) == []


def test_a_view_as_it_stood_is_a_table_for_people(van: UUID, capsys: Capture) -> None:
    assert main(["as-of", (YESTERDAY + timedelta(seconds=1)).isoformat(), "locations"]) == 0

    out = capsys.readouterr().out.splitlines()
    assert out[0] == "locations: 1 rows, known through position 1"
    assert out[1].startswith("ID ")
    assert out[2].startswith(str(van))


def test_the_history_of_a_thing_tells_each_event(application: Application, capsys: Capture) -> None:
    part = Part.register(id=uuid4(), number="P-1", names=(PartName("en", "Pump"),), unit="pcs")
    part.discontinue()
    work = application.services.log.work()
    work.add(Envelope(occurred_at=YESTERDAY, role="stock_keeper"), part)
    work.commit()
    while application.projector().run_once():
        pass

    events = output(capsys, "history", "P-1")

    assert [(event["topic"], event["role"]) for event in events] == [
        ("part.registered", "stock_keeper"),
        ("part.discontinued", "stock_keeper"),
    ]
    assert events[0]["data"]["number"] == "P-1"
    assert output(capsys, "history", str(part.id)) == events
    assert output(capsys, "history", "p -1") == events, "issue 9, 8: in any spelling"


def test_a_row_changed_by_hand_is_named_and_a_rebuild_heals_it(
    application: Application, van: UUID, capsys: Capture
) -> None:
    application.services.projecting.pool.execute("UPDATE views.locations SET name = 'Van 8' WHERE id = %s", (str(van),))
    capsys.readouterr()

    assert main(["verify", "locations", "parts"]) == 1
    out = capsys.readouterr().out
    assert f'  locations {van}: name is "Van 8", should be "Van 7"' in out
    assert "parts: 0 rows through position 1, as the log says." in out

    assert main(["verify", "--json", "locations"]) == 1
    assert json.loads(capsys.readouterr().out)["differences"][0]["expected"] == "Van 7"

    assert output(capsys, "rebuild", "locations") == [{"views": ["locations"], "position": 1}]
    assert main(["verify"]) == 0


@pytest.mark.usefixtures("van")
def test_the_status_tells_where_the_log_and_each_view_stand(capsys: Capture) -> None:
    [status] = output(capsys, "status")

    assert (status["running"], status["position"], status["migrations_pending"]) == (True, 1, [])
    assert {(view["lag"], view["shape"]) for view in status["views"]} == {(0, "ok")}


@pytest.mark.usefixtures("application")
@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["as-of", "yesterday", "parts"], 2, "An instant is written as RFC 3339 with an offset"),
        (["as-of", "2026-11-20T12:00:00Z", "part"], 2, "There is no view part; there are"),
        (["as-of", "2026-11-20T12:00:00Z", "parts", "--where", "colour=red"], 2, "parts has no column colour"),
        (["rebuild", "part"], 2, "There is no view part; there are"),
        (["export", "--json"], 2, "With --json, name a FILE"),
        (["history", "P-404"], 2, "P-404 is neither an id nor the number of one part or work order."),
        (["history", str(UUID(int=1))], 1, "there is no such thing."),
        (["user", "add", "ada", "--role", "king"], 2, "'king' is not one of"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(words: list[str], code: int, sentence: str, capsys: Capture) -> None:
    assert main(words) == code

    out, err = capsys.readouterr()
    assert out == ""
    assert sentence in err


def test_a_database_that_is_away_is_said_in_one_sentence(
    settings: object, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")

    assert main(["verify"]) == 1

    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("callout: ")
    assert err.count("\n") == 1
    assert settings is not None
