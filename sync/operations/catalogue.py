"""The handlers of all operations, by type and version."""

from __future__ import annotations

from sync.operation import Operation
from sync.operations import corrections
from sync.operations.care import customers, surveys
from sync.operations.handler import Handler
from sync.operations.stock import counts, movements
from sync.operations.work import visits, work_orders

OPERATIONS: dict[tuple[str, int], Handler] = {
    (handler.name, handler.v): handler
    for module in (visits, work_orders, movements, counts, customers, surveys, corrections)
    for newest in module.HANDLERS
    for handler in newest.versions()
}


def handler_of(operation: Operation) -> Handler | None:
    """The handler for an operation of this type and version, or None."""
    return OPERATIONS.get((operation.type, operation.v))
