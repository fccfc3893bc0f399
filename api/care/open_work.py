"""What is still open on a case: found in the views, and checked in the log."""

from __future__ import annotations

from typing import TypedDict

from api.http.batch import batching
from api.http.batch_request import NeedsViews
from api.http.reading import ViewsBehind
from api.http.services import services
from domain.care.case import Case
from domain.care.case_status import Status
from domain.recording.unit_of_work import Work
from domain.work.work_order import WorkOrder
from projections.work.open_work import open_discrepancies, work_orders_of


class Open(TypedDict):
    """How much is open."""

    open_work_orders: int
    open_discrepancies: int


def open_on(case: Case, work: Work) -> Open:
    """What is open on a case and those merged into it; raises `ViewsBehind` when nobody can be sure.

    A resolved case takes no new work order, and opening one changes the case: none slips in while it closes.
    """
    batch = batching()
    if batch is not None:
        if case.status == Status.RESOLVED and not batch.has_no_work(case.id, case.version):
            raise NeedsViews
        return {"open_work_orders": 0, "open_discrepancies": 0}
    views, head = services().views, services().log.recorder.max_notification_id() or 0
    if not views.wait_until(head, services().settings.patience):
        raise ViewsBehind
    with views.now() as reader:
        orders = work_orders_of(reader, case.id)
        misfits = len(open_discrepancies(reader, orders))
    work.preload(orders)
    unfinished = sum(not work.get(WorkOrder, order).is_final() for order in orders)
    return {"open_work_orders": unfinished, "open_discrepancies": misfits}
