"""Pushes of which something can never be recorded: that is put aside, and everything else gets through."""

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


def record_known(take: Callable[[Collection[UUID]], T]) -> tuple[T | None, set[UUID]]:
    """What `take` comes to with the operations put aside of which it says itself that they cannot be recorded.

    `take` is given the ids that are to be put aside. None when it fails and does not say why, with the ids by then.
    """
    aside: set[UUID] = set()
    while True:
        try:
            return take(aside), aside
        except UnrecordableError as error:
            if error.operations <= aside:
                _log.warning("not recordable", reason=str(error))
                return None, aside
            _log.warning("not recordable", reason=str(error), operations=[str(one) for one in error.operations])
            aside |= error.operations


def record_run(take: Callable[[Collection[UUID]], T], run: Sequence[UUID], aside: Collection[UUID]) -> T:
    """What `take` comes to for the operations (by id) of one commit, with as few put aside as need be, at worst all.

    At most one more try than there are operations, and another; raises `UnrecordableError` when not even putting all
    of them aside can be recorded: then the fault is none of theirs.
    """
    for suspects in ((), *((one,) for one in run if len(run) > 1)):
        try:
            return take({*aside, *suspects})
        except UnrecordableError:
            continue
    return take({*aside, *run})
