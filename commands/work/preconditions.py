"""Checks that a technician still works here, and that the work order of a visit has not ended."""

from __future__ import annotations

from uuid import UUID

from domain.recording.unit_of_work import Work
from domain.work.technician import Technician, TechnicianIsDeactivated
from domain.work.visit import Visit
from domain.work.work_order import WorkOrder
from domain.work.work_order_status import must_not_be_final


def must_be_active(work: Work, technician: UUID | None) -> None:
    """Raise `TechnicianIsDeactivated` for a technician who no longer works here; None is accepted."""
    if technician is not None and not work.get(Technician, technician).is_active():
        raise TechnicianIsDeactivated


def with_open_order(visit: Visit, work: Work) -> Visit:
    """The visit; raises `WorkOrderIsFinal` when its order has ended, even if the visit was not cancelled."""
    must_not_be_final(work.get(WorkOrder, visit.work_order).status)
    return visit
