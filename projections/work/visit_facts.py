"""The decisions and facts about a visit, one row each, and the steps that determine its status."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from domain.work.visit_walk import MOST
from projections.engine.fact_lists import SHOWN, FactLists, counted, facts_table
from projections.engine.facts import occurrence_key
from projections.engine.ordered import Order
from projections.engine.projection import Rows
from projections.engine.table import Row, Table

VISIT_FACTS = facts_table("visit_facts")
"""The facts of `steps` and `signatures`; each step is stored again in the list `decisions` or `told`."""

FACTS: Final = FactLists(VISIT_FACTS)

CORRECTED = Table(
    "visit_corrected", {"visit": "uuid NOT NULL", "operation": "uuid NOT NULL"}, key=("visit", "operation")
)
"""The operations that were corrected."""

_BY_OPERATION: Final = Order(("visit",), ("operation",))


def walked(rows: Rows, visit: UUID) -> list[Row]:
    """The steps of a visit, first to last: all of them, or at most the last `MOST` decisions and 2 x `MOST` facts.

    Of more facts than that, the first `MOST`, which have the first time of each kind, and the last `MOST`.
    """
    decisions = FACTS.newest(rows, visit, "decisions", MOST)
    reported = FACTS.newest(rows, visit, "told", MOST)
    if len(reported) == MOST:
        known = {each["position"] for each in reported}
        early = FACTS.oldest(rows, visit, "told", MOST)
        reported = [*(each for each in early if each["position"] not in known), *reported]
    return sorted([*decisions, *reported], key=lambda step: (*occurrence_key(step), step["position"]))


def add_step(rows: Rows, row: Row, step: Row) -> Row:
    """Add a decision or fact; the row's columns after it."""
    FACTS.add(rows, row["id"], "decisions" if step.get("decision") else "told", step)
    return add_fact(rows, row, "steps", step)


def add_fact(rows: Rows, row: Row, name: str, fact: Row) -> Row:
    """Add a fact to a list; the row's columns after it."""
    FACTS.add(rows, row["id"], name, fact)
    return {name: FACTS.newest(rows, row["id"], name), "counts": counted(row["counts"], (name,))}


def without_operation(rows: Rows, row: Row, operation: UUID) -> Row:
    """Remove the facts of an operation; the row's columns after it."""
    id, counts, changed = row["id"], row["counts"], {}
    for gone in FACTS.remove(rows, id, operation):
        if gone["list"] in ("steps", "signatures"):
            counts = counted(counts, (gone["list"],), -1)
            changed[gone["list"]] = FACTS.newest(rows, id, gone["list"])
    if rows.get(CORRECTED, id, operation) is None:
        rows.put(CORRECTED, {"visit": id, "operation": operation})
        counts = counted(counts, ("taken_back",))
    known = rows.span(CORRECTED, _BY_OPERATION, (id,), limit=SHOWN)
    return changed | {"counts": counts, "taken_back": [str(each["operation"]) for each in known]}
