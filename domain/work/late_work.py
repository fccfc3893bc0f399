"""Work that a technician reports of an order which is not theirs any more, or has been called off."""

from __future__ import annotations

from typing import Final, Literal, get_args
from uuid import UUID

LateWork = Literal["work_after_reassignment", "work_after_cancel"]
LATE_WORK: Final[tuple[LateWork, ...]] = get_args(LateWork)


def late_work(technician: UUID, *, assigned: UUID | None, cancelled: bool) -> tuple[LateWork, ...]:
    """What does not fit about a fact of this technician, by who has the order when it is recorded, if anybody."""
    elsewhere: tuple[LateWork, ...] = ("work_after_reassignment",) if assigned not in (technician, None) else ()
    return (*elsewhere, "work_after_cancel") if cancelled else elsewhere
