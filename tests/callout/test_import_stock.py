"""Opening stock is the same stock by part, place and day, whatever the file is called. Issue 9, 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from callout.assembly import Application
from callout.bootstrap import bootstrap
from callout.cli import main
from tests.support.imports import Capture, imported, places, shelves, topics

HEAD = "number,name,unit,location,quantity"


@pytest.fixture(autouse=True)
def company(application: Application, tmp_path: Path, capsys: Capture) -> Application:
    """An installation whose first user can import, with a warehouse and a van."""
    bootstrap(application)
    places(capsys, tmp_path)
    return application


def write(file: Path, *lines: str) -> Path:
    file.write_text("".join(f"{line}\n" for line in lines))
    return file


def test_the_same_stock_is_brought_in_once(company: Application, tmp_path: Path, capsys: Capture) -> None:
    """Issue 9, 2: a cost added to the line, then the same file under another name."""
    imported(capsys, write(tmp_path / "a.csv", HEAD, "J1,Pump,pcs,Main,9"))
    assert shelves(company) == {("J1", "Main"): "9"}

    more = imported(capsys, write(tmp_path / "a.csv", f"{HEAD},cost", "J1,Pump,pcs,Main,9,2890"))
    assert (more["done"], more["differs"]) == (1, [])
    again = imported(capsys, write(tmp_path / "b.csv", f"{HEAD},cost", "j1 ,Pump,PCS,main,9,2890"))

    assert again["done"] == 0
    assert shelves(company) == {("J1", "Main"): "9"}
    assert topics(company).count("part.cost_set") == 1


def test_what_differs_is_told_and_changes_nothing_without_replace(
    company: Application, tmp_path: Path, capsys: Capture
) -> None:
    imported(capsys, write(tmp_path / "a.csv", HEAD, "J1,Pump,pcs,Main,9", "J2,Belt,pcs,Van 1,3"))
    before = topics(company)
    corrected = write(tmp_path / "b.csv", HEAD, "J1,Pump,pcs,Main,7", "J2,Belt,pcs,Van 1,2")

    outcome = imported(capsys, corrected, code=1)
    assert [line for line, _ in outcome["differs"]] == [2, 3]
    assert "9 recorded, 7 in the file" in outcome["differs"][0][1]
    assert topics(company) == before

    assert imported(capsys, corrected, "--replace")["differs"] == []
    assert shelves(company) == {("J1", "Main"): "7", ("J2", "Van 1"): "2", ("J2", "Main"): "0"}
    after = topics(company)
    assert after[: len(before)] == before, "nothing is rewritten"
    assert imported(capsys, corrected, "--replace")["done"] == 0
    assert topics(company) == after
    imported(capsys, write(tmp_path / "c.csv", HEAD, "J1,Pump,pcs,Main,9"), "--replace")
    imported(capsys, corrected, "--replace")
    assert shelves(company)["J1", "Main"] == "7"


def test_another_day_is_another_stock_and_happened_then(company: Application, tmp_path: Path, capsys: Capture) -> None:
    """Issue 9, 15: opening stock takes a date."""
    file = write(tmp_path / "a.csv", f"{HEAD},As of", "J1,Pump,pcs,Main,9,2025-03-31", "J2,Belt,pcs,Main,4,1.4.2025")

    imported(capsys, file)
    assert imported(capsys, write(tmp_path / "b.csv", HEAD, "J1,Pump,pcs,Main,9"), "--as-of", "2025-03-31")["done"] == 0
    assert shelves(company)["J1", "Main"] == "9"
    moments = company.services.log.pool.fetch_all(
        "SELECT DISTINCT occurred_at AT TIME ZONE 'Europe/Berlin' FROM log.events WHERE topic = 'stock.moved'"
    )
    assert sorted(str(moment) for (moment,) in moments) == ["2025-03-31 00:00:00", "2025-04-01 00:00:00"]


def test_another_name_is_another_import(company: Application, tmp_path: Path, capsys: Capture) -> None:
    file = write(tmp_path / "a.csv", HEAD, "J1,Pump,pcs,Main,9")
    imported(capsys, file)

    assert imported(capsys, file, "--name", "second delivery")["done"] == 1
    assert shelves(company) == {("J1", "Main"): "18"}


def test_a_dry_run_records_nothing_and_says_all(company: Application, tmp_path: Path, capsys: Capture) -> None:
    imported(capsys, write(tmp_path / "a.csv", HEAD, "J1,Pump,pcs,Main,9"))
    before = topics(company)
    rows = ("J1,Pump,pcs,Main,7", "J2,Belt,pcs,Main,1", "J3,Seal,pcs,Moon,1", "J1,Pump,pcs,Main,7")

    output = imported(capsys, write(tmp_path / "b.csv", f"{HEAD},tracking", *(f"{row},none" for row in rows[:3]),
                                  "J4,Hose,pcs,,,bar"), "--dry-run", code=1)  # fmt: skip

    assert [line for line, _ in output["new"]] == [3, 3]
    assert [line for line, _ in output["differs"]] == [2]
    assert [line for line, _ in output["refused"]] == [4, 5]
    assert topics(company) == before


def test_two_lines_about_the_same_stock_are_one_or_a_mistake(
    company: Application, tmp_path: Path, capsys: Capture
) -> None:
    file = write(tmp_path / "a.csv", HEAD, "J1,Pump,pcs,Main,9", "J1,Pump,pcs,Main,9", "J1,Pump,pcs,Main,8")

    outcome = imported(capsys, file, "--keep-going", code=1)

    assert shelves(company) == {("J1", "Main"): "9"}
    assert outcome["refused"] == [[4, "line 4 says 8, and line 2 said 9 of the same stock"]]


def test_an_opening_count_of_nothing_is_taken(company: Application, tmp_path: Path, capsys: Capture) -> None:
    """Issue 9, 11: quantity 0."""
    assert imported(capsys, write(tmp_path / "a.csv", HEAD, "J1,Pump,pcs,Main,0"))["done"] == 1
    assert shelves(company) == {}
    assert imported(capsys, write(tmp_path / "a.csv", HEAD, "J1,Pump,pcs,Main,2"))["done"] == 1
    imported(capsys, write(tmp_path / "a.csv", HEAD, "J1,Pump,pcs,Main,0"), "--replace")
    assert shelves(company) == {("J1", "Main"): "0"}


def test_a_cost_of_less_than_a_cent_is_kept_exactly(company: Application, tmp_path: Path, capsys: Capture) -> None:
    """Issue 9, 11: 6.8 cents."""
    file = write(tmp_path / "a.csv", f"{HEAD},unit cost", "J1,Screw,pcs,Main,9,0.068", "J2,Nut,pcs,Main,9,28.90")

    imported(capsys, file)
    assert imported(capsys, file)["done"] == 0

    shelves(company)
    with company.services.views.now() as reader:
        costs = {row["number"]: row["costs"][0] for row in reader.fetch_all("SELECT number, costs FROM parts")}
        [moved] = reader.fetch_all("SELECT cost_amount, cost_per FROM movements WHERE cost_amount = 68")
    assert (costs["J1"]["amount"], costs["J1"]["per"]) == (68, 10)
    assert (costs["J2"]["amount"], costs["J2"].get("per")) == (2890, None)
    assert moved["cost_per"] == 10


def test_a_rejects_file_is_mended_and_imported(company: Application, tmp_path: Path, capsys: Capture) -> None:
    """Issue 9, 11."""
    rows = ("J1,Pump,pcs,Main,9", 'J2,"a;b",pcs,Moon,3', "J3,Seal,pcs,Main,-1")
    rejects = tmp_path / "rejects.csv"

    outcome = imported(
        capsys, write(tmp_path / "a.csv", HEAD, *rows), "--keep-going", "--rejects", str(rejects), code=1
    )
    assert outcome["done"] == 2
    lines = rejects.read_text().splitlines()
    assert lines[0] == f"{HEAD},reason"
    assert len(lines) == 3

    rejects.write_text(rejects.read_text().replace("Moon", "Main").replace("-1", "1"))
    assert imported(capsys, rejects)["done"] == 4
    assert shelves(company) == {("J1", "Main"): "9", ("J2", "Main"): "3", ("J3", "Main"): "1"}
    assert imported(capsys, write(tmp_path / "a.csv", HEAD, *rows[:1]))["done"] == 0


def test_what_was_taken_back_by_people_stays_so(company: Application, tmp_path: Path, capsys: Capture) -> None:
    file = write(tmp_path / "a.csv", HEAD, "J1,Pump,pcs,Main,9")
    imported(capsys, file)
    [(movement,)] = company.services.log.pool.fetch_all("SELECT stream FROM log.events WHERE topic = 'stock.moved'")
    back = tmp_path / "back.ndjson"
    back.write_text(f'{{"do": "stock-movements/{movement}/correct", "body": {{"reason": "never_happened"}}}}\n')
    imported(capsys, back)

    assert len(imported(capsys, file, code=1)["differs"]) == 1
    assert shelves(company) == {("J1", "Main"): "0"}


def test_it_is_said_how_the_file_was_read(tmp_path: Path, capsys: Capture) -> None:
    file = write(tmp_path / "a.csv", HEAD.replace(",", ";"), "J1;Pump;pcs;Main;1,5")

    assert main(["import", str(file)]) == 0

    assert "a.csv: read as UTF-8, separated by semicolons, decimal comma" in capsys.readouterr().out
