"""What is open on a case, for the command that closes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, TypedDict

from domain.care.case import Case
from domain.kernel.problem import Kind, Problem
from domain.recording.unit_of_work import Work
from domain.work.work_order import WorkOrder
from projections.engine.views import Views
from projections.work.open_work import open_discrepancies, work_orders_of


class ViewsBehind(Problem):
    """The views have not reached the position you asked for yet; ask again in a moment."""

    kind = Kind.UNAVAILABLE


class Open(TypedDict):
    """How many work orders and discrepancies are open."""

    open_work_orders: int
    open_discrepancies: int


OpenOn: TypeAlias = Callable[[Case, Work], Open]
"""From a case, in a unit of work, to what is open on it and on the cases merged into it."""


def open_by_views(views: Views, head: Callable[[], int], patience: float) -> OpenOn:
    """Finds what is open in the views, once they know all that is recorded, and checks it in the log.

    `patience` is in seconds; raises `ViewsBehind` after it. A resolved case takes no new work order, and opening one
    changes the case: none slips in while it closes.
    """

    def open_on(case: Case, work: Work) -> Open:
        if not views.wait_until(head(), patience):
            raise ViewsBehind
        with views.now() as reader:
            orders = work_orders_of(reader, case.id)
            misfits = len(open_discrepancies(reader, orders))
        work.preload(orders)
        unfinished = sum(not work.get(WorkOrder, order).is_final() for order in orders)
        return {"open_work_orders": unfinished, "open_discrepancies": misfits}

    return open_on
