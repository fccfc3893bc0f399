"""Work orders: each repair with its request, decisions, facts and parts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from domain.care.customer import Customer
from domain.recording.recorded import Recorded
from domain.stock.stock_movement import StockMovement
from domain.topics import EVENT_CLASSES
from domain.work.work_order import WorkOrder
from domain.work.work_order_walk import STEPS
from projections.engine.facts import as_fact, without_texts
from projections.engine.projection import Projection, Rows, on
from projections.engine.table import Key, Row, Table
from projections.lookup.external_refs import external_ref_of
from projections.stock.double_uses import TURNS
from projections.work.work_order_facts import CHANGES, CORRECTED, FACTS, LISTS, ORDER_FACTS, order_of
from projections.work.work_order_returns import RETURNS
from projections.work.work_order_row import WORK_ORDERS
from projections.work.work_order_state import state_of
from projections.work.work_order_uses import PART_DEVICES, TAKEN_BACK, USES


class WorkOrders(Projection):
    """One row per work order.

    The lists hold facts, see `projections/engine/facts.py`, the newest `SHOWN` of each; `counts` has their numbers by
    list, and all of them are in the tables of facts and uses. `steps` determine the status; a step that was recorded
    after later ones has `late`, with whether it `changed` the status. `uses` are consumptions and their corrections,
    `taken_back` the corrected operations (the first ones by id). `parts_used` and `diagnosis` are what remains in
    effect; a use shows its first `SERIALS_SHOWN` serials and their `serials_count`. `reported` are outcomes reported by
    technicians who no longer had the order. (`case` is a word of SQL: `case_id`.)
    """

    name: ClassVar[str] = "work_orders"
    version: ClassVar[int] = 4
    tables: ClassVar[tuple[Table, ...]] = (
        WORK_ORDERS,
        ORDER_FACTS,
        CORRECTED,
        USES,
        TAKEN_BACK,
        RETURNS,
        PART_DEVICES,
        TURNS,
    )

    def touches(self, event: Recorded) -> Iterable[tuple[Table, Key]]:
        """The order that the event is about."""
        order = order_of(event)
        if order is not None:
            yield WORK_ORDERS, (order,)
        if event.topic == StockMovement.Moved.TOPIC and order is not None:
            yield USES, (order, event.stream)
            yield TAKEN_BACK, (order, event.stream)

    @on(WorkOrder.Opened)
    def _opened(self, event: Recorded[WorkOrder.Opened], rows: Rows) -> None:
        data = event.data
        row: Row = {
            "id": event.stream,
            **{
                name: getattr(data, name) for name in ("number", "priority", "problem", "customer", "site", "equipment")
            },
            "case_id": data.case,
            "technician": None,
            **{column: [] for column in LISTS},
            "parts_used": [],
            "labour_minutes": 0,
            "taken_back": [],
            "counts": {},
            "opened_at": event.occurred_at,
            **external_ref_of(event),
            "position": event.position,
            "version": event.version,
        }
        rows.put(WORK_ORDERS, row | state_of(rows, row))

    @on(*(EVENT_CLASSES[topic] for topic in CHANGES))
    def _changed(self, event: Recorded, rows: Rows) -> None:
        order = order_of(event)
        row = rows.get(WORK_ORDERS, order) if order is not None else None
        if row is None or _was_taken_back(event, rows, row):
            return
        before, last = row["status"], FACTS.last(rows, row["id"], "steps")
        changed = CHANGES[event.topic](rows, row, event)
        if changed is not None:
            version = event.version if event.stream == order else row["version"]
            row = row | changed | {"position": event.position, "version": version}
            row |= state_of(rows, row)
            rows.put(WORK_ORDERS, row | _late(rows, row, event, last, before))

    @on(Customer.Erased)
    def _erased(self, event: Recorded[Customer.Erased], rows: Rows) -> None:
        for row in rows.where(WORK_ORDERS, customer=event.stream):
            FACTS.erase_texts(rows, row["id"])
            silent = row | {column: without_texts(row[column]) for column in LISTS}
            silent |= {"problem": None, "position": event.position}
            rows.put(WORK_ORDERS, silent | state_of(rows, silent))


def _late(rows: Rows, row: Row, event: Recorded, last: Row | None, before: str) -> Row:
    """The column `steps` when this event was recorded after a later step; else nothing."""
    if event.topic not in STEPS or last is None:
        return {}
    step = as_fact(event, what=event.topic)
    if not FACTS.is_behind(last, step) or FACTS.get(rows, row["id"], "steps", step) is None:
        return {}
    return {"steps": FACTS.mark_late(rows, row["id"], "steps", step, changed=row["status"] != before)}


def _was_taken_back(event: Recorded, rows: Rows, row: Row) -> bool:
    """Whether the operation of this event was corrected before it was recorded."""
    operation = event.envelope.operation_id
    return operation is not None and rows.get(CORRECTED, row["id"], operation) is not None
