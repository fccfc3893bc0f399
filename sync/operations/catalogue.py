"""All operations that are understood, by type and version."""

from __future__ import annotations

from sync.operations import corrections, customers, stock, visits, work
from sync.operations.handler import Handler

OPERATIONS: dict[tuple[str, int], Handler] = {
    (handler.name, handler.v): handler
    for room in (visits, work, stock, customers, corrections)
    for handler in room.HANDLERS
}
