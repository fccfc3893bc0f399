"""Operations that can never be recorded: they are quarantined, and everything else is recorded."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from operator import attrgetter
from typing import TypeVar
from uuid import UUID

import structlog

from domain.recording.answers import UnrecordableError
from sync.neighbours import neighbours
from sync.operation import Operation

T = TypeVar("T")

_log = structlog.get_logger(__name__)


def runs_of(operations: Sequence[Operation]) -> list[list[Operation]]:
    """Neighbours of one group together, everything else alone."""
    return neighbours(operations, attrgetter("group"))


def quarantine_named(take: Callable[[Collection[UUID]], T]) -> tuple[T | None, set[UUID]]:
    """The result of `take`, and the ids of the operations that had to be quarantined for it.

    `take` gets the ids to quarantine; it is called again as long as its error names further ones. The result is None
    when an error names none.
    """
    unrecordable: set[UUID] = set()
    while True:
        try:
            return take(unrecordable), unrecordable
        except UnrecordableError as error:
            if error.operations <= unrecordable:
                _log.warning("not recordable", reason=str(error))
                return None, unrecordable
            _log.warning("not recordable", reason=str(error), operations=[str(one) for one in error.operations])
            unrecordable |= error.operations


def quarantine_by_trial(
    take: Callable[[Collection[UUID]], T], run: Sequence[UUID], unrecordable: Collection[UUID]
) -> T:
    """The result of `take` for one commit (`run`: ids) with as few operations quarantined as possible, at worst all.

    `unrecordable` are quarantined in any case. Calls `take` at most two times more than there are operations. Raises
    `UnrecordableError` when even quarantining all of them fails: then the cause is not an operation.
    """
    for suspects in ((), *((one,) for one in run if len(run) > 1)):
        try:
            return take({*unrecordable, *suspects})
        except UnrecordableError:
            continue
    return take({*unrecordable, *run})
