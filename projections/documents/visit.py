"""The document of a visit: when somebody is to come, and how far that is. Its work order says whose it is."""

from __future__ import annotations

from uuid import UUID

from projections.documents.entry import Body
from projections.documents.kind import Kind
from projections.engine.projection import Rows
from projections.work.visit_row import VISITS

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


def body(rows: Rows, id: str) -> Body | None:
    """Where the visit stands, and an acceptance that was of an earlier plan."""
    visit = rows.get(VISITS, UUID(id))
    if visit is None:
        return None
    told = {name: visit[name] for name in _SAME}
    stale = visit["stale_acceptance"]
    return told if stale is None else told | {"stale_acceptance": stale}


VISIT = Kind("visit", body, {})
