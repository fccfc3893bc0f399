"""The problem of one member of the input is made in one place, `Problem.of_member`."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAYERS = ("domain", "store", "projections", "commands", "sync", "api", "callout", "web")
FILES = sorted(
    file
    for layer in LAYERS
    for file in (ROOT / layer).rglob("*.py")
    if file.relative_to(ROOT).parts[:2] != ("sync", "device")
)


def made_by_hand(source: str) -> list[int]:
    """The lines of calls whose `errors` is a list of one pointer and detail, written out."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        for given in node.keywords
        if given.arg == "errors" and isinstance(given.value, ast.List) and len(given.value.elts) == 1
    ]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_nobody_writes_out_the_pointer_of_one_member(file: Path) -> None:
    """Issue 10, 8: there were 28 of them."""
    lines = made_by_hand(file.read_text(encoding="utf-8"))
    assert len(lines) == (file == ROOT / "domain/kernel/problem.py")


def test_one_that_is_written_out_is_noticed() -> None:
    assert made_by_hand('raise BadInput(detail, errors=[{"pointer": "/at", "detail": detail}])') == [1]
    assert made_by_hand('raise bad_member("/at", detail)') == []
