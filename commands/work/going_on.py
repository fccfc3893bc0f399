"""What still goes on: technicians who work here, and visits whose work order has not ended."""

from __future__ import annotations

from uuid import UUID

from domain.recording.unit_of_work import Work
from domain.work.technician import Technician, TechnicianIsDeactivated
from domain.work.visit import Visit
from domain.work.work_order import WorkOrder
from domain.work.work_order_status import must_not_be_final


def must_be_active(work: Work, technician: UUID | None) -> None:
    """Raise `TechnicianIsDeactivated` for somebody who no longer works here; nobody is nobody."""
    if technician is not None and not work.get(Technician, technician).is_active():
        raise TechnicianIsDeactivated


def going_on(visit: Visit, work: Work) -> Visit:
    """The visit; raises `WorkOrderIsFinal` when its order has ended, also where that end took no visits along."""
    must_not_be_final(work.get(WorkOrder, visit.work_order).status)
    return visit
