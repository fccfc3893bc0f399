"""The table of endings is whole: every command that ends something is in it, and every row has its test."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from api.http.policy import POLICY
from domain.endings import ENDINGS, ENDS, Ending
from tests.support.endings_page import PAGE, page

TESTS = Path(__file__).parents[1]
COMMAND = re.compile(r"POST /api/v1/([a-z-]+)/\{id\}/([a-z-]+)")


def test_every_command_that_ends_something_says_what_becomes_of_what_hangs_on_it() -> None:
    """Issue 9, 6: each ending says what becomes of each dependant."""
    found = [match.groups() for name in POLICY if (match := COMMAND.fullmatch(name))]
    ends = {f"{noun} {word}" for noun, word in found if word in ENDS}

    assert ends == {row.command for row in ENDINGS}


@pytest.mark.parametrize("row", ENDINGS, ids=lambda row: f"{row.command}: {row.dependant}")
def test_every_row_has_its_test(row: Ending) -> None:
    """Issue 9, 6: the table is what tests show."""
    file, _, function = row.test.partition("::")
    tree = ast.parse((TESTS / file).read_text())
    names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}

    assert function in names if function else any(name.startswith("test_") for name in names)


def test_the_page_is_the_table() -> None:
    """Issue 9, 6: one table in docs, the same in code."""
    assert PAGE.read_text() == page()
