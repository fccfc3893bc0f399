"""All operations that are understood, by type and version."""

from __future__ import annotations

from sync.operation import Operation
from sync.operations import corrections, customers, stock, visits, work
from sync.operations.handler import Handler

OPERATIONS: dict[tuple[str, int], Handler] = {
    (handler.name, handler.v): handler
    for room in (visits, work, stock, customers, corrections)
    for newest in room.HANDLERS
    for handler in newest.versions()
}


def handler_of(operation: Operation) -> Handler | None:
    """What decides about an operation of this type and version, if anything does."""
    return OPERATIONS.get((operation.type, operation.v))
