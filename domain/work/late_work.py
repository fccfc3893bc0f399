"""Facts of a technician about a work order that is assigned to somebody else by then, or was cancelled."""

from __future__ import annotations

from typing import Final, Literal, get_args
from uuid import UUID

LateWork = Literal["work_after_reassignment", "work_after_cancel"]
LATE_WORK: Final[tuple[LateWork, ...]] = get_args(LateWork)


def late_work(technician: UUID, *, assigned: UUID | None, cancelled: bool) -> tuple[LateWork, ...]:
    """The misfits of a fact of this technician, by the order's assignee and status when it is recorded."""
    elsewhere: tuple[LateWork, ...] = ("work_after_reassignment",) if assigned not in (technician, None) else ()
    return (*elsewhere, "work_after_cancel") if cancelled else elsewhere
