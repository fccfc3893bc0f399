"""What is decided and told about a visit, one row each, and which of it is walked along."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from projections.fact_lists import FactLists, facts_table
from projections.facts import happened
from projections.projection import Rows
from projections.table import Row, Table

VISIT_FACTS = facts_table("visit_facts")
"""The facts of `steps` and `signatures`; each step stands once more among `decisions` or what was `told`."""

FACTS: Final = FactLists(VISIT_FACTS)

CORRECTED = Table(
    "visit_corrected", {"visit": "uuid NOT NULL", "operation": "uuid NOT NULL"}, key=("visit", "operation")
)
"""The operations that were taken back."""

MOST: Final = 200


def walked(rows: Rows, visit: UUID) -> list[Row]:
    """The steps of a visit, first to last: all of them, or of more than `MOST` decisions the last ones.

    Of more than twice as many facts the first ones, which say when it came to something, and the last ones.
    """
    decisions = FACTS.newest(rows, visit, "decisions", MOST)
    told = FACTS.newest(rows, visit, "told", MOST)
    if len(told) == MOST:
        known = {each["position"] for each in told}
        early = FACTS.oldest(rows, visit, "told", MOST)
        told = [*(each for each in early if each["position"] not in known), *told]
    return sorted([*decisions, *told], key=lambda step: (*happened(step), step["position"]))
