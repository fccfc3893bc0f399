"""The rules of an import: each command once, going on where it stopped, each bad line named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from callout.assembly import Application
from callout.bootstrap import bootstrap
from callout.cli import main

Capture = pytest.CaptureFixture[str]
PART = str(uuid4())
REGISTER = {"do": "parts", "body": {"id": PART, "number": "P-1", "names": [{"language": "en", "text": "Pump"}]}}
REGISTER["body"] |= {"unit": "pcs", "occurred_at": "2025-03-01T09:00:00+01:00"}  # type: ignore[operator]
PRICE = {"do": f"parts/{PART}/set-cost", "body": {"cost": {"amount": 2890, "currency": "EUR"}, "from": "2025-03-01"}}
MISTAKE = {"do": f"parts/{uuid4()}/discontinue", "body": {}}


@pytest.fixture(autouse=True)
def company(application: Application) -> Application:
    """An installation whose first user can import."""
    bootstrap(application)
    return application


def write(file: Path, *lines: object) -> Path:
    file.write_text("".join(line if isinstance(line, str) else f"{json.dumps(line)}\n" for line in lines))
    return file


def imported(capture: Capture, file: Path, *more: str, code: int = 0) -> dict[str, Any]:
    """What an import says of itself."""
    capture.readouterr()
    assert main(["import", str(file), "--json", *more]) == code
    output: dict[str, Any] = json.loads(capture.readouterr().out)
    return output


def topics(application: Application) -> list[str]:
    """The topics of all events after those that every new installation has."""
    rows = application.services.log.pool.fetch_all("SELECT topic FROM log.events WHERE position > 7 ORDER BY position")
    return [topic for (topic,) in rows]


def test_commands_are_recorded_with_the_time_they_happened(
    company: Application, tmp_path: Path, capsys: Capture
) -> None:
    file = write(tmp_path / "old.ndjson", REGISTER, "\n", PRICE)

    assert imported(capsys, file) == {"file": "old.ndjson", "done": 2, "already": 0, "refused": []}

    assert topics(company) == ["part.registered", "part.cost_set"]
    [(year,)] = company.services.log.pool.fetch_all(
        "SELECT extract(year FROM occurred_at) FROM log.events OFFSET 7 LIMIT 1"
    )
    assert year == 2025


def test_an_import_goes_on_where_it_stopped(company: Application, tmp_path: Path, capsys: Capture) -> None:
    file = write(tmp_path / "old.ndjson", REGISTER, MISTAKE, PRICE)

    stopped = imported(capsys, file, code=1)
    assert stopped["done"] == 1
    assert [line for line, _ in stopped["refused"]] == [2]

    write(file, REGISTER, PRICE)
    assert imported(capsys, file) == {"file": "old.ndjson", "done": 1, "already": 1, "refused": []}
    assert imported(capsys, file)["already"] == 2
    assert topics(company) == ["part.registered", "part.cost_set"]


def test_a_refused_line_can_be_imported_once_its_reason_is_gone(
    company: Application, tmp_path: Path, capsys: Capture
) -> None:
    price = write(tmp_path / "price.ndjson", PRICE)
    for _ in range(2):
        assert imported(capsys, price, code=1)["done"] == 0

    imported(capsys, write(tmp_path / "part.ndjson", REGISTER))

    assert imported(capsys, price)["done"] == 1
    assert imported(capsys, price)["already"] == 1
    assert topics(company) == ["part.registered", "part.cost_set"]


def test_behind_a_refused_line_it_goes_on_when_told_to(company: Application, tmp_path: Path, capsys: Capture) -> None:
    outcome = imported(capsys, write(tmp_path / "old.ndjson", MISTAKE, REGISTER), "--keep-going", code=1)

    assert (outcome["done"], [line for line, _ in outcome["refused"]]) == (1, [1])
    assert topics(company) == ["part.registered"]


def test_lines_that_say_the_same_are_as_many_commands(company: Application, tmp_path: Path, capsys: Capture) -> None:
    again = {"do": "contacts", "body": {"channel": "phone", "about": "wrong number"}}
    file = write(tmp_path / "calls.ndjson", again, again)

    assert imported(capsys, file)["done"] == 2
    assert imported(capsys, write(file, again, again, again))["done"] == 1
    assert imported(capsys, file, "--id", "another file")["done"] == 3
    assert topics(company) == ["contact.received"] * 6


@pytest.mark.parametrize("line", ["{", "[]", '{"do": 7}', '{"body": {}}', '{"do": "parts", "why": 1}'])
def test_a_line_that_is_no_command_is_named(line: str, tmp_path: Path, capsys: Capture) -> None:
    assert main(["import", str(write(tmp_path / "old.ndjson", REGISTER, f"{line}\n"))]) == 1

    assert capsys.readouterr().err.startswith("callout: line 2")


def test_what_the_api_refuses_is_said_with_its_line(tmp_path: Path, capsys: Capture) -> None:
    wrong = {"do": "parts", "body": REGISTER["body"] | {"colour": "red"}}  # type: ignore[operator]

    assert main(["import", str(write(tmp_path / "old.ndjson", wrong))]) == 1

    assert capsys.readouterr().err == "callout: old.ndjson line 1: /colour: There is no such member here.\n"


def test_parts_and_their_opening_stock_come_from_a_table(company: Application, tmp_path: Path, capsys: Capture) -> None:
    places = [("warehouse", "Main store"), ("van", "Van 1")]
    imported(
        capsys,
        write(
            tmp_path / "p.ndjson", *({"do": "locations", "body": {"kind": kind, "name": name}} for kind, name in places)
        ),
    )
    head = "number,name,unit,cost,location,quantity\n"
    table = write(
        tmp_path / "stock.csv", head, "P-1,Pump,pcs,2890,Main store,4\n", "P-1,Pump,pcs,,Van 1,1\n", "P-2,Belt,pcs,,,\n"
    )

    assert imported(capsys, table)["done"] == 7
    assert imported(capsys, table)["done"] == 0
    while company.projector().run_once():
        pass
    with company.services.views.now() as reader:
        lines = reader.fetch_all(
            """
            SELECT p.number, l.name, s.on_hand::numeric(18, 6)::text FROM stock s
            JOIN parts p ON p.id = s.part JOIN locations l ON l.id = s.location
            WHERE l.kind IN ('warehouse', 'van') ORDER BY 1, 2
            """
        )
    assert [tuple(line.values()) for line in lines] == [
        ("P-1", "Main store", "4.000000"),
        ("P-1", "Van 1", "1.000000"),
    ]


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("number,name\n", "missing: unit"),
        ("number,name,unit,colour\n", "unknown: colour"),
        ("number,name,unit\nP-1,Pump\n", "line 2 has more or fewer values"),
        ("number,name,unit\nP-1,,pcs\n", "line 2: name must be there"),
        ("number,name,unit,cost\nP-1,Pump,pcs,28.90\n", "line 2: the cost is a whole number"),
        ("number,name,unit,location,quantity\nP-1,Pump,pcs,Moon,1\n", "called Moon"),
    ],
)
def test_a_table_that_cannot_be_read_is_said_in_one_sentence(
    table: str, sentence: str, tmp_path: Path, capsys: Capture
) -> None:
    assert main(["import", str(write(tmp_path / "stock.csv", table))]) == 1

    err = capsys.readouterr().err
    assert sentence in err
    assert err.count("\n") == 1


def test_somebody_unknown_imports_nothing(tmp_path: Path, capsys: Capture) -> None:
    assert main(["import", str(write(tmp_path / "old.ndjson", REGISTER)), "--as", "nobody"]) == 2

    assert "There is no user nobody" in capsys.readouterr().err


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-16-le"])
def test_a_file_in_another_encoding_is_said_to_be_that(tmp_path: Path, capsys: Capture, encoding: str) -> None:
    """Issue 9, 11: it was no JSON at column 1."""
    file = tmp_path / "a.ndjson"
    file.write_bytes('{"do": "customers", "body": {"name": "Köppel"}}\n'.encode(encoding))

    outcome = imported(capsys, file, code=1)

    assert "UTF-8" in outcome["refused"][0][1]
