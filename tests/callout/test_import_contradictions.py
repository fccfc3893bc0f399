"""Lines of a table that contradict each other, or cannot be imported, are reported one by one. Issue 9, 2 and 11."""

from __future__ import annotations

from pathlib import Path

import pytest

from callout.assembly import Application
from callout.bootstrap import bootstrap
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


def test_lines_of_one_table_that_contradict_each_other_are_told_at_once(
    company: Application, tmp_path: Path, capsys: Capture
) -> None:
    """Issue 9, 11: the first import said nothing of another unit or cost, the second one did."""
    file = write(
        tmp_path / "a.csv",
        f"{HEAD},cost",
        "J1,Pump,pcs,Main,9,100",
        "J1,Pump,box,Main,9,100",
        "j1,Pump,box,Van 1,1,100",
        "J1,Pump,PCS,Van 1,2,200",
        "J1,Pump,pcs,Van 1,2,100",
    )

    first = imported(capsys, file, "--keep-going", code=1)

    assert [line for line, _ in first["refused"]] == [3, 4, 5]
    assert "line 2 said pcs of the same part" in first["refused"][0][1]
    assert "line 2 said 100 EUR (minor units) for 1 of the same part and day" in first["refused"][2][1]
    assert shelves(company) == {("J1", "Main"): "9", ("J1", "Van 1"): "2"}
    assert imported(capsys, file, "--keep-going", code=1)["refused"] == first["refused"]


def test_a_table_that_contradicts_itself_is_not_corrected_to_and_fro(
    company: Application, tmp_path: Path, capsys: Capture
) -> None:
    """Issue 9, 2: each `--replace` set the cost of the first line again, and then that of the second one."""
    file = write(tmp_path / "a.csv", f"{HEAD},cost", "J1,Pump,pcs,Main,9,100", "J1,Pump,pcs,Main,9,200")
    imported(capsys, file, "--keep-going", "--replace", code=1)
    before = topics(company)

    outcome = imported(capsys, file, "--keep-going", "--replace", code=1)

    assert topics(company) == before
    assert [line for line, _ in outcome["refused"]] == [3]


@pytest.mark.parametrize("place", ["Supplier", "Scrap", "Unexplained", "Transit", "Customer"])
def test_stock_of_a_line_is_not_left_half_way(
    company: Application, tmp_path: Path, capsys: Capture, place: str
) -> None:
    """Issue 9, 11: what lay at such a place was received and sent off, and never arrived."""
    file = write(tmp_path / "a.csv", HEAD, f"J1,Pump,pcs,{place},9")
    before = topics(company)

    outcome = imported(capsys, file, "--keep-going", code=1)

    assert outcome["refused"][0][1] == f"line 2: stock lies in warehouses and vans; {place} is neither"
    assert topics(company) == before


def test_a_quantity_needs_a_location(tmp_path: Path, capsys: Capture) -> None:
    """Issue 9, 11: no location was called nothing."""
    outcome = imported(capsys, write(tmp_path / "a.csv", HEAD, "J1,Pump,pcs,,9"), code=1)
    assert outcome["refused"] == [[2, "line 2: a quantity needs the location where it lies"]]


@pytest.mark.parametrize("day", ["20250331", "2025-W14-1", "2025-3-31", "\uff12025-03-31"])
def test_days_have_one_spelling_beside_the_german_one(tmp_path: Path, capsys: Capture, day: str) -> None:
    """Issue 9, 12."""
    outcome = imported(capsys, write(tmp_path / "a.csv", f"{HEAD},as_of", f"J1,Pump,pcs,Main,9,{day}"), code=1)
    assert "is no day; write 2025-03-31 (column 6)" in outcome["refused"][0][1]
