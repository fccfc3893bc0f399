"""Bugs of views and documents."""

from __future__ import annotations

from typing import Any

import projections.documents.digests
import projections.stock.discrepancy_subjects
import projections.stock.stock
from projections.care.customers import Customers
from projections.documents.due import Due
from projections.documents.table import DOCUMENTS, SHARED
from projections.stock.discrepancies import Discrepancies
from projections.stock.stock import Stock
from tests.simulation import memory_views
from tests.simulation.memory_views import MemoryViews
from tests.simulation.planted import Patcher, bug


@bug("XOR digest", "two mistakes that are alike cancel each other out")
def xor(patcher: Patcher) -> None:
    def changed(original: Any, audience: Any, before: Any, change: Any) -> Any:
        row = original(audience, before, change)
        total = int(before["sum"], 16) if before else 0
        return row | {"sum": f"{total ^ (change.total % 2**128):032x}"}

    patcher.wrap(projections.documents.digests, "_changed", changed)


@bug("rebuild renumbers", "documents get other positions, and devices miss what has changed")
def renumbers(patcher: Patcher) -> None:
    def rebuild(original: Any, views: MemoryViews, *position: Any) -> None:
        original(views, *position)
        rows = sorted(views.rows.rows(DOCUMENTS), key=lambda row: row["position"])
        for number, row in enumerate(rows, 1):
            views.rows.put(DOCUMENTS, row | {"position": number})

    patcher.wrap(MemoryViews, "rebuild", rebuild)


@bug("no tombstones", "what is taken away from a technician stays on the phone")
def no_tombstones(patcher: Patcher) -> None:
    def withdraw(_: Any, __: Due, *what: Any) -> None:
        _, rows, shares, _ = what
        for share in shares:
            rows.delete(DOCUMENTS, *share)

    patcher.wrap(Due, "withdraw", withdraw)


@bug("a page ends in the middle of a position", "the rest of that position is never sent")
def mid_position(patcher: Patcher) -> None:
    patcher.replace(memory_views, "with_ties", lambda rows, limit: rows[:limit])


@bug("a slice too wide", "a technician gets what is somebody else's")
def too_wide(patcher: Patcher) -> None:
    def documents_of(original: Any, views: MemoryViews, technician: Any) -> Any:
        rows = original(views, technician)
        if technician is None:
            return rows
        others = [row for row in views.rows.rows(DOCUMENTS) if row["audience"] not in (SHARED, technician)]
        return rows + [row for row in others if row["type"] == "work_order" and row["gone"] is None][:1]

    patcher.wrap(MemoryViews, "documents_of", documents_of)


@bug("one end of a movement is forgotten", "parts come out of nothing")
def one_end(patcher: Patcher) -> None:
    def see(original: Any, stock: Stock, event: Any, *what: Any) -> None:
        _, _, quantity, _ = what
        if event.data.kind != "scrap" or quantity < 0:
            original(stock, event, *what)

    patcher.wrap(Stock, "_see", see)


@bug("the last movement wins", "a balance depends on the order in which phones come back")
def late_movement(patcher: Patcher) -> None:
    patcher.replace(projections.stock.stock, "is_after", lambda *_: True)


@bug("a negative book is not opened", "nobody is told that more was taken than there was")
def no_discrepancy(patcher: Patcher) -> None:
    def check(view: Any, event: Any, rows: Any) -> None:
        if event.data.quantity < 2:
            Discrepancies._check(view, event, rows)

    patcher.fold_otherwise(Discrepancies, {"stock.moved": check})


@bug("a serial used twice unnoticed", "one unit is in two places, and nobody is told")
def serial_twice(patcher: Patcher) -> None:
    patcher.replace(projections.stock.discrepancy_subjects, "_of_serial", lambda *_, **__: ())


@bug("erased words stay in a view", "somebody who was forgotten is still told of")
def words_stay(patcher: Patcher) -> None:
    patcher.fold_otherwise(Customers, {"customer.erased": lambda *_: None})
