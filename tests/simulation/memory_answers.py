"""First answers in memory: what PostgreSQL's `log.operations` and `log.device_sequences` hold."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from domain.recording.answers import DECIDED, Answer, Known, Life, Neighbour, Past, Readings, Turn
from domain.recording.recorded import Recorded

if TYPE_CHECKING:
    from tests.simulation.memory_log import MemoryLog

FINAL = ("applied", "conflicted", "rejected")


class Row:
    """One answered operation; `original` unless it repeats or contests an id that is known already."""

    __slots__ = ("known", "original")

    def __init__(self, known: Known, *, original: bool) -> None:
        self.known, self.original = known, original


class MemoryAnswers:
    """The port `sync.ports.Operations`, and what enrolment and the office need besides."""

    def __init__(self, log: MemoryLog) -> None:
        self._log = log
        self.rows: list[Row] = []
        self.turns: dict[tuple[UUID, int], int] = {}
        self._by_id: dict[UUID, list[Row]] = {}
        self._by_seq: dict[tuple[UUID, int, int], Row] = {}
        self._events: dict[UUID, list[Recorded]] = {}
        self.begun = 0
        """How many answers there were when this life of the log began."""

    def first(self, operation: UUID) -> Known | None:
        """The first answer to an operation."""
        return next((row.known for row in self._by_id.get(operation, ()) if row.original), None)

    def all_of(self, operation: UUID) -> list[Known]:
        """Every answer under this id, the first one first."""
        rows = self._by_id.get(operation, ())
        return [row.known for row in rows if row.original] + [row.known for row in rows if not row.original]

    def answers(self, operations: Iterable[UUID]) -> dict[UUID, Known]:
        """The first answers to these operations, as far as there are any."""
        return {one: known for one in operations if (known := self.first(one)) is not None}

    def begin(self, device: UUID, incarnation: int) -> None:
        """Make room for the operations of a device's incarnation."""
        self.turns.setdefault((device, incarnation), 0)

    def history(self, device: UUID, incarnation: int, ids: Sequence[UUID], numbers: Sequence[int]) -> Past:
        """The log's epoch, a device's last sequence number, and the known operations with these ids and numbers."""
        wanted = set(ids)
        rows = [row for one in dict.fromkeys(ids) for row in self._by_id.get(one, ())]
        numbered = [row for one in numbers if (row := self._by_seq.get((device, incarnation, one))) is not None]
        rows += [row for row in numbered if row.known.id not in wanted]
        known = [row.known for row in rows if row.original] + [row.known for row in rows if not row.original]
        return Past(self._log.epoch_now, self.turns.get((device, incarnation), 0), known)

    def taken_in_before(self, device: UUID, incarnation: int) -> int:
        """A device's last sequence number when this life of the log began."""
        known = (row.known for row in self.rows[: self.begun])
        mine = [one.seq for one in known if one.seq and (one.device, one.incarnation) == (device, incarnation)]
        return max(mine, default=0)

    def readings(self, positions: Collection[int]) -> Readings:
        """When these positions were recorded, and where the log was restored."""
        events = self._log.events
        recorded = {one: events[one - 1].recorded_at for one in positions if 0 < one <= len(events)}
        restored = (event for event in events if event.topic == "log.restored")
        return Readings(recorded, tuple(self._life(event) for event in restored))

    def _life(self, begun: Recorded) -> Life:
        both_at = self._log.events[begun.position - 2].recorded_at if begun.position > 1 else None
        return Life(begun.position, begun.recorded_at, both_at)

    def neighbours(self, device: UUID, incarnation: int, first: int, end: int) -> list[Neighbour]:
        """The operations of a device with these numbers that recorded something, with the instants used for them."""
        found = []
        for seq in range(max(first, 1), end):
            row = self._by_seq.get((device, incarnation, seq))
            if row is not None and row.known.positions:
                envelope = self._log.events[row.known.positions[0] - 1].envelope
                found.append(Neighbour(seq, envelope.occurred_at, envelope.seen_position, envelope.clock))
        return found

    def recorded_by(self, operation: UUID, technician: UUID) -> list[tuple[UUID, str]]:
        """The streams and topics of what an operation of one of this technician's devices has recorded."""
        events = [each for each in self._events.get(operation, ()) if each.envelope.device is not None]
        return [(event.stream, event.topic) for event in events if event.envelope.actor == technician]

    def settled(self, operations: Collection[UUID]) -> set[UUID]:
        """Those of these operations that are recorded, refused or decided, not held or quarantined."""
        return {one for one in operations if self._has_arrived(one)}

    def held(self, operations: Collection[UUID]) -> dict[UUID, int]:
        """Those of these operations that are held now, each with the position at which it began to wait."""
        known = [first for one in operations if (first := self.first(one)) is not None and first.status == "held"]
        return {first.id: first.positions[0] for first in known if not self._decided(first)}

    def events_of(self, operation: UUID) -> list[Recorded]:
        """All events that name this operation, in order."""
        return self._events.get(operation, [])

    def hash_at(self, event: Recorded) -> str:
        """The content hash of the operation that this event quarantined or held."""
        rows = self._by_id.get(event.data.operation, ())
        return next((row.known.content_hash for row in rows if row.known.positions[:1] == [event.position]), "")

    def is_turn(self, turn: Turn) -> bool:
        """Whether it is this push's turn."""
        return self.turns.get((turn.device, turn.incarnation)) == turn.last

    def collide(self, answers: Iterable[Answer]) -> bool:
        """Whether one of these has the number of another operation of its device."""
        return any(self._place(answer) in self._by_seq for answer in answers)

    def append(self, events: Sequence[Recorded], answers: Iterable[Answer], base: int) -> None:
        """Append answers and the events that name operations."""
        for answer in answers:
            first = base + 1 + answer.first if answer.first is not None else 0
            positions = list(range(first, first + answer.event_count)) if first else []
            known = Known(
                answer.id,
                answer.device,
                answer.incarnation,
                answer.seq,
                answer.content_hash,
                answer.status,
                answer.answer,
                positions,
            )
            self._enter(Row(known, original=answer.original))
        for event in events:
            self._name(event)

    def cut(self, left: int, turns: dict[tuple[UUID, int], int]) -> None:
        """Keep only so many answers, and these turns."""
        rows, self.rows, self.turns = self.rows[:left], [], dict(turns)
        self._by_id, self._by_seq, self._events = {}, {}, {}
        for row in rows:
            self._enter(row)
        for event in self._log.events:
            self._name(event)

    def _enter(self, row: Row) -> None:
        self.rows.append(row)
        self._by_id.setdefault(row.known.id, []).append(row)
        if (place := self._place(row.known)) is not None:
            self._by_seq[place] = row

    def _name(self, event: Recorded) -> None:
        if event.envelope.operation_id is not None:
            self._events.setdefault(event.envelope.operation_id, []).append(event)

    def _has_arrived(self, operation: UUID) -> bool:
        first = self.first(operation)
        if first is None:
            return bool(self.events_of(operation))
        if first.status in FINAL:
            return True
        return any(one.status != "quarantined" for one in self._decided(first))

    def _decided(self, first: Known) -> list[Known]:
        """The decisions about a quarantined or held operation."""
        found = self.all_of(first.id)
        whose = first.device, DECIDED, first.content_hash
        return [one for one in found if (one.device, one.incarnation, one.content_hash) == whose]

    @staticmethod
    def _place(one: Answer | Known) -> tuple[UUID, int, int] | None:
        if one.device is None or one.incarnation is None or one.seq is None:
            return None
        return one.device, one.incarnation, one.seq
