"""The page on endings, made from the table in `domain/endings.py`: `python -m tests.support.endings_page` writes it."""

from __future__ import annotations

from pathlib import Path

from domain.endings import ENDINGS

PAGE = Path(__file__).parents[2] / "docs" / "endings.md"

HEAD = """\
# What ending something does to what depends on it

Made by `.venv/bin/python -m tests.support.endings_page` from the table in `domain/endings.py`; a test compares them and
looks for a test of each row, and for a row of each command that ends something.

A fact from the field is never refused, whatever has ended; a request may be. What ends with it is recorded in the
transaction of the end. Concurrent changes are not missed: a decision is recorded only while the
streams that it has read, and the visits of an order that it ends, are unchanged; otherwise it is decided again.

| command | what depends on it | what happens to that |
|---|---|---|
"""


def page() -> str:
    """The whole page."""
    return HEAD + "".join(f"| {row.command} | {row.dependant} | {row.becomes} |\n" for row in ENDINGS)


if __name__ == "__main__":
    PAGE.write_text(page())
