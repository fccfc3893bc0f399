"""What is decided and told about a visit, one row each, and which of it is walked along."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from domain.work.visit_walk import MOST
from projections.engine.fact_lists import SHOWN, FactLists, counted, facts_table
from projections.engine.facts import happened
from projections.engine.ordered import Order
from projections.engine.projection import Rows
from projections.engine.table import Row, Table

VISIT_FACTS = facts_table("visit_facts")
"""The facts of `steps` and `signatures`; each step stands once more among `decisions` or what was `told`."""

FACTS: Final = FactLists(VISIT_FACTS)

CORRECTED = Table(
    "visit_corrected", {"visit": "uuid NOT NULL", "operation": "uuid NOT NULL"}, key=("visit", "operation")
)
"""The operations that were taken back."""

_BY_OPERATION: Final = Order(("visit",), ("operation",))


def walked(rows: Rows, visit: UUID) -> list[Row]:
    """The steps of a visit, first to last: all of them, or of more than `MOST` decisions the last ones.

    Of more than twice as many facts the first ones, which say when it came to something, and the last ones.
    """
    decisions = FACTS.newest(rows, visit, "decisions", MOST)
    reported = FACTS.newest(rows, visit, "told", MOST)
    if len(reported) == MOST:
        known = {each["position"] for each in reported}
        early = FACTS.oldest(rows, visit, "told", MOST)
        reported = [*(each for each in early if each["position"] not in known), *reported]
    return sorted([*decisions, *reported], key=lambda step: (*happened(step), step["position"]))


def stepped(rows: Rows, row: Row, step: Row) -> Row:
    """A further decision or fact; how the row's columns stand then."""
    FACTS.add(rows, row["id"], "decisions" if step.get("decision") else "told", step)
    return listed(rows, row, "steps", step)


def listed(rows: Rows, row: Row, name: str, fact: Row) -> Row:
    """A further fact in a list; how the row's columns stand then."""
    FACTS.add(rows, row["id"], name, fact)
    return {name: FACTS.newest(rows, row["id"], name), "counts": counted(row["counts"], (name,))}


def taken_out(rows: Rows, row: Row, operation: UUID) -> Row:
    """The row's columns without what an operation has told."""
    id, counts, changed = row["id"], row["counts"], {}
    for gone in FACTS.take_out(rows, id, operation):
        if gone["list"] in ("steps", "signatures"):
            counts = counted(counts, (gone["list"],), -1)
            changed[gone["list"]] = FACTS.newest(rows, id, gone["list"])
    if rows.get(CORRECTED, id, operation) is None:
        rows.put(CORRECTED, {"visit": id, "operation": operation})
        counts = counted(counts, ("taken_back",))
    known = rows.span(CORRECTED, _BY_OPERATION, (id,), limit=SHOWN)
    return changed | {"counts": counts, "taken_back": [str(each["operation"]) for each in known]}
