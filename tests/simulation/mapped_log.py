"""A log in memory whose every event goes through the real mapper and whose entities are always replayed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, cast
from uuid import UUID

from eventsourcing.domain import DomainEventProtocol

from domain.kernel.aggregate import Entity
from domain.kernel.envelope import Envelope
from domain.recording.answers import Answer, Appended, Turn
from domain.recording.backing import Change
from store.keyring import Key
from store.mapper import BodyMapper
from tests.simulation.memory_log import MemoryLog


class MemoryKeyring:
    """A key for every person who is not erased."""

    def __init__(self, erased: Callable[[], set[UUID]]) -> None:
        self._erased = erased

    def sealing_key(self, person: UUID) -> Key | None:
        """The person's key."""
        return None if person in self._erased() else Key(f"key of {person}", sha256(person.bytes).digest())

    def opening_keys(self, persons: Iterable[UUID]) -> dict[UUID, Key]:
        """The keys of these persons, as far as they have not been destroyed."""
        return {person: key for person in persons if (key := self.sealing_key(person)) is not None}


class MappedLog(MemoryLog):
    """A log in which each event is serialised and read again before it is kept."""

    def __init__(self, epoch: UUID, now: Callable[[], datetime]) -> None:
        super().__init__(epoch, now)
        self._mapper = BodyMapper(cast("Any", MemoryKeyring(lambda: self.erased)))

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
        """Append the events as the mapper reads them after it has written them."""
        back = [self._mapper.to_domain_event(self._mapper.to_stored_event(event)) for event in events]
        return super().append(back, envelopes, answers, turn, reads, changes=changes, visits=visits)

    def settled(self, entities: Iterable[Entity]) -> None:
        """Keep nothing: entities are replayed each time."""
