"""The page on discrepancies, made from their table: `python -m tests.support.discrepancies_page` writes it."""

from __future__ import annotations

from pathlib import Path

from domain.stock.discrepancy_kinds import RULES, Rule

PAGE = Path(__file__).parents[2] / "docs" / "discrepancies.md"

HEAD = """\
# Kinds of discrepancies

Made by `.venv/bin/python -m tests.support.discrepancies_page` from the table in `domain/stock/discrepancy_kinds.py`; a
test compares them.

The owner is responsible while nobody is assigned: the custodian for a van, the dispatchers
otherwise. A kind closes by itself; unless the last column says otherwise, it is also closed by a decision, until
something new is found.

| kind | about | opens when | closes when | owner | settled by a decision |
|---|---|---|---|---|---|
"""


def page() -> str:
    """The whole page."""
    return HEAD + "".join(_line(kind, rule) for kind, rule in sorted(RULES.items()))


def _line(kind: str, rule: Rule) -> str:
    about = ", ".join(f"`{name}`" for name in (*rule.about, *([rule.unit] if rule.unit else [])))
    settled = "no" if rule.lasting else "yes"
    return f"| `{kind}` | {about} | {rule.opens} | {rule.closes} | {rule.owner} | {settled} |\n"


if __name__ == "__main__":
    PAGE.write_text(page())
