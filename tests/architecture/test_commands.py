"""Commands decide and write nothing themselves: what changes beside the log changes with the commit."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WRITING = {"execute", "transaction", "pool", "cursor", "commit"}
ALLOWED = {
    ("commands/running/runner.py", "commit"): "the one commit of a request",
    ("commands/running/batch.py", "commit"): "the one commit of a batch",
}


def writes(source: str) -> set[str]:
    """The names of methods that write, as far as a source text calls or reads them."""
    return {node.attr for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)} & WRITING


@pytest.mark.parametrize(
    "file", sorted((ROOT / "commands").rglob("*.py")), ids=lambda file: str(file.relative_to(ROOT))
)
def test_no_command_writes_outside_of_its_unit_of_work(file: Path) -> None:
    """Issue 10, 2."""
    name = str(file.relative_to(ROOT))

    assert {word for word in writes(file.read_text()) if (name, word) not in ALLOWED} == set()


@pytest.mark.parametrize(
    "source", ["log.pool.execute('UPDATE t')", "with pool.transaction() as cursor: pass", "work.commit()"]
)
def test_a_write_is_noticed(source: str) -> None:
    assert writes(source)
