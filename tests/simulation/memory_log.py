"""The log in memory: what PostgreSQL keeps, with the same rules about positions, versions, turns and first answers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import IntegrityError

from domain.kernel.aggregate import Entity
from domain.kernel.envelope import Envelope
from domain.recording.answers import Answer, Appended, KeptText, OperationKnownError, Turn, TurnTakenError
from domain.recording.attempting import attempt
from domain.recording.backing import Change
from domain.recording.recorded import Recorded
from domain.recording.unit_of_work import Work
from domain.topics import EVENT_CLASSES
from domain.work.visit import Visit
from store.shape import shape_of
from tests.simulation.memory_answers import MemoryAnswers
from tests.simulation.memory_lookups import Lookups
from tests.simulation.memory_streams import MemoryStreams

T = TypeVar("T")
QUARANTINED_OR_HELD = ("device.operation_quarantined", "device.operation_held")


class Backup(NamedTuple):
    """The state of the log at a backup: numbers of events and answers, turns, epoch, erased people."""

    events: int
    answers: int
    turns: dict[tuple[UUID, int], int]
    epoch: UUID
    erased: frozenset[UUID]


class MemoryLog(Lookups):
    """`sync.ports.Log` and `domain.recording.backing.Backing` at once.

    `before_commit` and `after_commit` are called around each append, and may raise `Crashed`.
    `pending` are the events that are about to be recorded.
    """

    def __init__(self, epoch: UUID, now: Callable[[], datetime]) -> None:
        self.epoch_now = epoch
        self._now = now
        self.events: list[Recorded] = []
        self.erased: set[UUID] = set()
        self.streams = MemoryStreams()
        self.operations = MemoryAnswers(self)
        self.pending: Sequence[DomainEventProtocol[UUID]] = ()
        self.before_commit: Callable[[], None] = lambda: None
        self.after_commit: Callable[[], None] = lambda: None
        self.watchers: list[Callable[[Sequence[Recorded], Sequence[Answer]], None]] = []

    def work(self) -> Work:
        """A new unit of work."""
        return Work(self)

    def attempt(self, decide: Callable[[], T], retry_on: tuple[type[Exception], ...] = ()) -> T:
        """Run `decide`, again on a conflict; see `domain.recording.attempting`."""
        return attempt(decide, retry_on)

    def held_or_quarantined(self, operation: UUID, position: int | None = None) -> list[Recorded]:
        """How operations under this id came to be quarantined or held, the oldest first."""
        found = [event for event in self.operations.events_of(operation) if event.topic in QUARANTINED_OR_HELD]
        return [self.read(event) for event in found if position in (None, event.position)]

    def texts(self, device: UUID, versions: Collection[int]) -> list[KeptText]:
        """The events with these versions of a device's stream, by version, that hold the text of an operation."""
        found = [
            event
            for event in self.events
            if event.stream == device and event.version in versions and event.topic in QUARANTINED_OR_HELD
        ]
        return [KeptText(self.read(event), self.operations.hash_at(event)) for event in found]

    def epoch(self) -> UUID:
        """The name of this log's life."""
        return self.epoch_now

    def head(self) -> int:
        """The last position."""
        return len(self.events)

    def load(self, streams: Iterable[UUID]) -> dict[UUID, Entity]:
        """The present entities of these streams."""
        return self.streams.load(streams)

    def settled(self, entities: Iterable[Entity]) -> None:
        """Keep these entities, which have just been recorded, so that they need no replay."""
        self.streams.keep(entities)

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
        """Record everything or nothing, in the order of `log.append`."""
        assert not changes, "devices change nothing beside the log"
        self.pending = events
        self.before_commit()
        if turn is not None and not self.operations.is_turn(turn):
            raise TurnTakenError
        if any(answer.original and self.operations.first(answer.id) is not None for answer in answers):
            raise OperationKnownError
        moved = any(self.streams.version(stream) > version for stream, version in (reads or {}).items())
        if moved or self._planned_meanwhile(events, visits or {}):
            raise IntegrityError
        if self.streams.collide(events) or self.operations.collide(answers):
            raise IntegrityError
        base, recorded_at = len(self.events), self._now()
        if self.events:
            recorded_at = max(recorded_at, self.events[-1].recorded_at)
        recorded = [
            self._recorded(base + number, event, envelope, recorded_at)
            for number, (event, envelope) in enumerate(zip(events, envelopes, strict=True), 1)
        ]
        self.events += recorded
        self.streams.append(events, recorded)
        self.operations.append(recorded, answers, base)
        if turn is not None:
            self.operations.turns[turn.device, turn.incarnation] = turn.next
        for event in recorded:
            if event.topic == "log.restored":
                self.epoch_now, self.operations.begun = event.stream, len(self.operations.rows)
        for watch in self.watchers:
            watch(recorded, answers)
        self.after_commit()
        return Appended(base, recorded_at)

    def _planned_meanwhile(self, events: Sequence[DomainEventProtocol[UUID]], visits: Mapping[UUID, int]) -> bool:
        """Whether one of these work orders has another number of visits, with those that are about to be recorded."""
        planned = [event.work_order for event in events if isinstance(event, Visit.Planned)]
        return any(len(self.visits_of(order)) + planned.count(order) != number for order, number in visits.items())

    def read(self, event: Recorded) -> Recorded:
        """An event as it is read now, without personal fields of erased people."""
        shape = shape_of(EVENT_CLASSES[event.topic])
        if not self.erased or not shape.personal:
            return event
        if self.person_of(shape, event) not in self.erased:
            return event
        fields = {name: getattr(event.data, name) for name in shape.struct.__struct_fields__}
        return Recorded(
            event.position,
            event.stream,
            event.version,
            event.topic,
            event.recorded_at,
            event.envelope,
            shape.struct(**(fields | dict.fromkeys(shape.personal))),
        )

    @staticmethod
    def person_of(shape: Any, event: Recorded) -> UUID | None:
        """The person whose texts the event holds."""
        person: UUID | None = event.stream if shape.person == "originator_id" else getattr(event.data, shape.person)
        return person

    def backup(self) -> Backup:
        """A backup of the present state."""
        answers = self.operations
        return Backup(len(self.events), len(answers.rows), dict(answers.turns), self.epoch_now, frozenset(self.erased))

    def restore(self, backup: Backup) -> None:
        """Go back to a backup; the caller begins a new life of the log."""
        del self.events[backup.events :]
        self.erased = set(backup.erased)
        self.epoch_now = backup.epoch
        self.streams.cut(self.events)
        self.operations.cut(backup.answers, backup.turns)

    def _recorded(
        self, position: int, event: DomainEventProtocol[UUID], envelope: Envelope, recorded_at: datetime
    ) -> Recorded:
        kind: Any = type(event)
        shape = shape_of(kind)
        values = vars(event)
        fields = {name: values[name] for name in shape.struct.__struct_fields__}
        if self.erased and shape.personal and shape.person_of(event) in self.erased:
            fields |= dict.fromkeys(shape.personal)  # there is no key any more that could seal them
        data = shape.struct(**fields)
        stream, version = event.originator_id, event.originator_version
        return Recorded(position, stream, version, shape.topic, recorded_at, envelope, data)
