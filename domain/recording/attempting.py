"""Retries of decisions that failed because of a concurrent write, up to those that cannot succeed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar
from uuid import UUID

from eventsourcing.persistence import IntegrityError

from domain.recording.answers import StreamTakenError, UnrecordableError

T = TypeVar("T")

TRIES: Final = 20


def attempt(
    decide: Callable[[], T], retry_on: tuple[type[Exception], ...] = (), pause: Callable[[], None] = lambda: None
) -> T:
    """Run `decide` (load, decide, commit) until it succeeds, at most `TRIES` times, pausing in between.

    Retries when a stream has moved on, and on the exceptions in `retry_on`; the last one is raised. Raises
    `UnrecordableError` when it begins a stream that it has already found to belong to something else.
    """
    again: tuple[type[Exception], ...] = (IntegrityError, *retry_on)
    taken: frozenset[UUID] = frozenset()
    for left in reversed(range(TRIES)):
        try:
            return decide()
        except StreamTakenError as error:
            if error.streams & taken or not left:
                raise UnrecordableError(str(error), error.operations) from error
            taken |= error.streams
        except again:
            if not left:
                raise
        pause()
    raise AssertionError("the last try returns or raises")
