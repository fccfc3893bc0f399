"""The handlers of all operations, by type and version."""

from __future__ import annotations

from sync.operation import Operation
from sync.operations import corrections, customers, stock, visits, work
from sync.operations.handler import Handler

OPERATIONS: dict[tuple[str, int], Handler] = {
    (handler.name, handler.v): handler
    for module in (visits, work, stock, customers, corrections)
    for newest in module.HANDLERS
    for handler in newest.versions()
}


def handler_of(operation: Operation) -> Handler | None:
    """The handler for an operation of this type and version, or None."""
    return OPERATIONS.get((operation.type, operation.v))
