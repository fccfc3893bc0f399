"""The page on endings, made from the table in `domain/endings.py`: `python -m tests.support.endings_page` writes it."""

from __future__ import annotations

from pathlib import Path

from domain.endings import ENDINGS

PAGE = Path(__file__).parents[2] / "docs" / "endings.md"

HEAD = """\
# What an end does to what hangs on it

Made by `.venv/bin/python -m tests.support.endings_page` from the table in `domain/endings.py`; a test compares them and
looks for a test of each row, and for a row of each command that ends something.

A fact from the field is never refused, whatever has ended; a request may be. What is carried along is recorded in the
transaction of the end. What is written at the same moment does not slip through: a decision is recorded only while the
streams that it has read, and the visits of an order that it ends, are as it has read them; otherwise it decides again.

| command | what hangs on it | what becomes of that |
|---|---|---|
"""


def page() -> str:
    """The whole page."""
    return HEAD + "".join(f"| {row.command} | {row.dependant} | {row.becomes} |\n" for row in ENDINGS)


if __name__ == "__main__":
    PAGE.write_text(page())
