"""The document of a visit: its window and status. Its work order decides who has it."""

from __future__ import annotations

from uuid import UUID

from projections.documents.entry import Body
from projections.documents.kind import Kind
from projections.engine.projection import Rows
from projections.work.visits import VISITS

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
    """The current state of the visit, and an acceptance of an earlier plan if there is one."""
    visit = rows.get(VISITS, UUID(id))
    if visit is None:
        return None
    fields = {name: visit[name] for name in _SAME}
    stale = visit["stale_acceptance"]
    return fields if stale is None else fields | {"stale_acceptance": stale}


VISIT = Kind("visit", body, {})
