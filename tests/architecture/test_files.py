"""The rules for files: short, and each opening with one sentence that says what lives there."""

from __future__ import annotations

import ast
import os
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("api", "callout", "domain", "migrations", "projections", "store", "sync", "web")
LONGEST = 200
OPENINGS = {
    ".py": ('"""',),
    ".sql": ("-- ",),
    ".js": ("// ", "/* ", "/** "),
    ".css": ("/* ",),
    ".html": ("<!-- ", "{# ", "<!doctype"),
}


def files(*suffixes: str) -> list[str]:
    """The project's own files of these kinds, relative to its root; third-party assets live in `vendor` folders."""
    found = []
    for folder, inner, names in os.walk(ROOT):
        inner[:] = [name for name in inner if not name.startswith(".") and name not in {"__pycache__", "vendor"}]
        found += [str((Path(folder) / name).relative_to(ROOT)) for name in names if name.endswith(suffixes)]
    return sorted(found)


def lines(file: str) -> list[str]:
    """The lines of one of the project's files."""
    return (ROOT / file).read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("file", [*files(*OPENINGS), "run", ".ci/run"])
def test_no_file_is_longer_than_a_reader_can_hold(file: str) -> None:
    assert len(lines(file)) <= LONGEST


def test_most_files_of_the_rooms_fit_on_a_screen_or_two() -> None:
    assert median(len(lines(file)) for file in files(".py") if file.startswith(ROOMS)) < 100


@pytest.mark.parametrize("file", files(*OPENINGS))
def test_a_file_opens_with_one_sentence(file: str) -> None:
    first = lines(file)[0]

    assert first.startswith(OPENINGS[Path(file).suffix])
    if file.endswith(".py"):
        sentence = (ast.get_docstring(ast.parse((ROOT / file).read_bytes())) or "").partition("\n")[0]
        assert sentence.endswith(".")
        assert sentence in first
    if file.endswith(".sql"):
        assert first.endswith(".")


@pytest.mark.parametrize("room", ROOMS)
def test_the_door_of_a_room_is_only_a_sentence(room: str) -> None:
    body = ast.parse((ROOT / room / "__init__.py").read_bytes()).body

    assert len(body) == 1
    assert isinstance(body[0], ast.Expr)


def test_tests_are_no_packages() -> None:
    assert [file for file in files("__init__.py") if file.startswith("tests")] == []


def test_migrations_are_numbered_without_a_gap() -> None:
    numbers = [int(Path(file).name.split("_")[0]) for file in files(".sql") if file.startswith("migrations")]

    assert all(later == earlier + 1 for earlier, later in pairwise([0, *numbers]))
