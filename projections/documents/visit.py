"""The document of a visit: its window and status. Its work order decides who has it."""

from __future__ import annotations

from datetime import datetime
from typing import NotRequired, TypedDict
from uuid import UUID

from projections.documents.entry import Body
from projections.documents.kind import Kind
from projections.engine.projection import Rows
from projections.work.visit_row import VISITS, StaleAcceptance

_SAME = (
    "id",
    "work_order",
    "technician",
    "status",
    "window_start",
    "window_end",
    "zone",
    "local_start",
    "local_end",
    "reason",
)


class VisitDocument(TypedDict):
    """What a technician knows of a visit."""

    id: UUID
    work_order: UUID
    technician: UUID | None
    status: str
    window_start: datetime
    window_end: datetime
    zone: str
    local_start: str
    local_end: str
    reason: str | None
    stale_acceptance: NotRequired[StaleAcceptance]


def body(rows: Rows, id: str) -> Body | None:
    """The current state of the visit, and an acceptance of an earlier plan if there is one."""
    visit = rows.get(VISITS, UUID(id))
    if visit is None:
        return None
    fields = {name: visit[name] for name in _SAME}
    stale = visit["stale_acceptance"]
    return fields if stale is None else fields | {"stale_acceptance": stale}


VISIT = Kind("visit", VisitDocument, body, {})
