"""The document of a visit: when somebody is to come, and how far that is. Its work order says whose it is."""

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
    """Where the visit stands, and an acceptance that was of an earlier plan."""
    visit = rows.get(VISITS, UUID(id))
    if visit is None:
        return None
    told = {name: visit[name] for name in _SAME}
    stale = visit["stale_acceptance"]
    return told if stale is None else told | {"stale_acceptance": stale}


VISIT = Kind("visit", VisitDocument, body, {})
