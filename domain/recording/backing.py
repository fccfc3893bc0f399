"""The port of a unit of work: a log that loads entities and records events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias
from uuid import UUID

from eventsourcing.domain import DomainEventProtocol

from domain.kernel.aggregate import Entity
from domain.kernel.envelope import Envelope
from domain.recording.answers import Answer, Appended, Turn

Change: TypeAlias = Callable[[Any], None]
"""Statements for the cursor of the recording transaction: changes of other tables that are committed with it."""


class Backing(Protocol):
    """The log that a unit of work reads and appends to."""

    def load(self, streams: Iterable[UUID]) -> dict[UUID, Entity]:
        """The current entities of these streams, as far as they exist."""

    def visits_of(self, order: UUID) -> set[UUID]:
        """The ids of all visits that were ever planned for a work order."""

    def owners_of(self, sites: Iterable[UUID]) -> dict[UUID, UUID]:
        """The customers whose sites these are, as far as there are such sites."""

    def next_work_order_number(self) -> str:
        """A new work order number."""

    def append(
        self,
        events: Sequence[DomainEventProtocol[UUID]],
        envelopes: Sequence[Envelope],
        answers: Sequence[Answer],
        turn: Turn | None,
        reads: Mapping[UUID, int] | None = None,
        *,
        changes: Sequence[Change] = (),
        visits: Mapping[UUID, int] | None = None,
    ) -> Appended:
        """Record everything in one transaction, or nothing.

        `reads` are the versions of the streams that the decision rests on, 0 for a missing one; `changes` run when the
        events are recorded, and an exception of theirs undoes everything; `visits` are the expected numbers of visits
        of work orders, and another number counts as a stream that has moved on. Raises `OperationKnownError`,
        `TurnTakenError`, `IntegrityError` when a stream has moved on, and `UnrecordableError`.
        """

    def settled(self, entities: Iterable[Entity]) -> None:
        """Note that the changes of these entities are recorded."""
