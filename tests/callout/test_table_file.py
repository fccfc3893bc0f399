"""Tables are read however they are written, and what cannot be read is a sentence with line and column. Issue 9, 11."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from callout.import_entry import BadLine
from callout.table_file import how_written, rows
from callout.table_headings import SYNONYMS, columns_of, plain
from callout.table_numbers import mark_of, number_of

TEXT = "Nummer;Name;Preis\r\nJ1;Dämpfer €;1,5\r\n"


def read(file: Path) -> list[list[str]]:
    return [row.values for row in rows(file, how_written(file)) if row.wrong is None]


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
    ],
)
def test_encodings_are_found_out(encoding: str, found: str, tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes(TEXT.encode(encoding))

    assert how_written(file).encoding == found
    assert read(file) == [["Nummer", "Name", "Preis"], ["J1", "Dämpfer €", "1,5"]]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators_are_found_out(separator: str, tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text(separator.join(["number", '"a,b;c\td"', "unit"]) + "\n")

    assert read(file) == [["number", "a,b;c\td", "unit"]]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('J1,"Pump" x,pcs', "line 2, column 2: a value goes on behind its closing quote"),
        ('J1,"Pump,pcs', "line 2, column 2: this quote is never closed"),
        (f"J1,{'x' * 140_000},pcs", "line 2, column 2: this is longer than"),
        ("J1,Pu\0mp,pcs", "line 2, column 2: there is a NUL byte"),
    ],
)
def test_a_row_that_cannot_be_read_says_where_and_the_next_one_follows(
    line: str, sentence: str, tmp_path: Path
) -> None:
    file = tmp_path / "t.csv"
    file.write_text(f"number,name,unit\n{line}\nJ2,Belt,pcs\n")

    found = list(rows(file, how_written(file)))

    assert [row.wrong is None for row in found] == [True, False, True]
    assert (found[1].wrong or "").startswith(sentence)
    assert (found[2].line, found[2].values) == (3, ["J2", "Belt", "pcs"])


def test_quotes_within_a_value_and_over_lines_are_read(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text('number,name,unit\nJ1,Pipe 1/2",pcs\nJ2,"two\nlines ""x""",pcs\nJ3,Belt,pcs\n')

    found = list(rows(file, how_written(file)))

    assert [row.line for row in found] == [1, 2, 3, 5]
    assert [row.values[1] for row in found] == ["name", 'Pipe 1/2"', 'two\nlines "x"', "Belt"]


def test_headings_are_known_in_other_spellings() -> None:
    assert columns_of(["  Part-No. ", "DESCRIPTION", "U O M".replace(" ", ""), "Qty", ""], 1) == [
        "number",
        "name",
        "unit",
        "quantity",
    ]
    spellings = [plain(each) for name, others in SYNONYMS.items() for each in (name, *others)]
    assert len(spellings) == len(set(spellings)), "a spelling names one column"
    with pytest.raises(BadLine, match="twice there: number"):
        columns_of(["number", "SKU", "name", "unit"], 1)


@pytest.mark.parametrize(
    ("numbers", "mark"),
    [
        (["1", "20"], None),
        (["1.5"], "point"),
        (["1,5"], "comma"),
        (["1.234,5"], "comma"),
        (["1,234.5"], "point"),
        (["0.125"], "point"),
        (["1.234", "0,5"], "comma"),
        (["1.234", "2.5"], "point"),
        (["1234.567"], "point"),
    ],
)
def test_the_decimal_mark_is_found_out(numbers: list[str], mark: str | None) -> None:
    assert mark_of(enumerate(numbers, 2)) == mark


@pytest.mark.parametrize("numbers", [["1.234"], ["1,234"], ["1.5", "1,5"]])
def test_what_may_be_either_is_asked_for(numbers: list[str]) -> None:
    with pytest.raises(BadLine, match="--decimal"):
        mark_of(enumerate(numbers, 2))


def test_numbers_are_read_with_their_mark() -> None:
    assert str(number_of("1.234,5", "comma")) == "1234.5"
    assert str(number_of("1,234", "point")) == "1234"
    assert str(number_of("1,234", "comma")) == "1.234"
    assert [number_of(text, "point") for text in ("\uff15", "+1", "1\n", "1e3", "", "1.", ".5", "1.0000001")] == [
        None
    ] * 8


def test_no_file_is_a_traceback(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    """Issue 9, 11: any bytes are rows, or a sentence."""
    seed = random.randrange(2**32)
    record_property("seed", seed)
    dice = random.Random(seed)
    good = 'number,name,unit,quantity\nJ1,"Pump ""a""",pcs,1.5\nJ2;Belt;pcs;2\n\nÄ\t"x\ny",pcs,3\n'
    for _ in range(400):
        data = bytearray(good.encode(dice.choice(["utf-8", "utf-16", "cp1252", "utf-16-be"])))
        for _ in range(dice.randrange(12)):
            place = dice.randrange(len(data))
            data[place : place + dice.randrange(3)] = dice.choice(
                [b"\0", b'"', b"\n", b"\r", b";", b"\xff", b"\xfe", b","]
            )
        file = tmp_path / "t.csv"
        file.write_bytes(bytes(data))
        found = list(rows(file, how_written(file)))
        assert [row.line for row in found] == sorted({row.line for row in found})
        assert all(row.wrong is None or row.wrong.startswith(f"line {row.line}") for row in found)
