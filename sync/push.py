"""Push: operations come in, in the order of their sequence numbers, and each gets its own result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from msgspec import to_builtins

from domain.device import Device
from domain.instant import format_instant
from domain.technician import Technician
from store.answers import Answer, Appended, Known, Past, Turn, TurnTakenError
from store.identity import DeviceIdentity
from store.work import Work
from sync.decide import Sender, decide
from sync.envelope import Push
from sync.operation import Operation
from sync.outcome import Result
from sync.ports import Log
from sync.problems import DeviceForked, SequenceGap

CLOCK_NOISE = timedelta(seconds=5)
"""A difference between clocks up to this is the time that sending takes, and is no reason to move instants."""


class Pushed(NamedTuple):
    """What came of a push: the log's epoch, how far the device has been taken in, and a result an operation."""

    epoch: UUID
    acknowledged: int
    results: list[Result]

    def last_position(self) -> int:
        """The last position that one of the results names, 0 when there is none."""
        return max((max(result.positions) for result in self.results if result.positions), default=0)


class _Intake(NamedTuple):
    """What is known before anything is decided: what the log says, and who has which number and id."""

    past: Past
    by_seq: dict[int, Known]
    by_id: dict[UUID, list[Known]]

    def same(self, operation: Operation) -> Known | None:
        """The first answer to this very operation, if it has been answered."""
        content = operation.content_hash()
        return next((one for one in self.by_id.get(operation.id, ()) if one.content_hash == content), None)

    def before_gap(self, operations: Sequence[Operation]) -> Sequence[Operation]:
        """The operations in front of the first missing one; raises `DeviceForked` when a number is somebody else's."""
        expected = self.past.last + 1
        for number, operation in enumerate(operations):
            if operation.seq < expected:
                known = self.by_seq.get(operation.seq)
                if known is None or known.id != operation.id:
                    raise DeviceForked(seq=operation.seq)
            elif operation.seq > expected:
                return operations[:number]
            else:
                expected += 1
        return operations


class PushIntake:
    """Takes pushes in. One transaction a batch; a domain refusal of one operation touches no other."""

    def __init__(self, log: Log, works_for: Callable[[UUID, UUID], bool]) -> None:
        """`works_for` tells whether a technician has open work for a customer."""
        self._log = log
        self._works_for = works_for

    def take(self, who: DeviceIdentity, push: Push, received_at: datetime) -> Pushed:
        """Record what is new and answer everything.

        Raises `DeviceForked` when the incarnation or a sequence number belongs to somebody else, and `SequenceGap`
        (with `expected` and the results of everything before the gap, which is recorded) when operations are missing.
        """
        if push.incarnation != who.incarnation:
            raise DeviceForked("This incarnation of the device is not the one that has enrolled.")
        return self._log.attempt(lambda: self._attempt(who, push, received_at), retry_on=(TurnTakenError,))

    def _attempt(self, who: DeviceIdentity, push: Push, received_at: datetime) -> Pushed:
        intake = self._look(who, push.operations)
        operations = intake.before_gap(push.operations)
        repeated = {operation.seq: known for operation in operations if (known := intake.same(operation))}
        new = [operation for operation in operations if operation.seq not in repeated]
        acknowledged = max(intake.past.last, operations[-1].seq if operations else 0)
        work = self._log.work()
        answers: dict[int, Answer] = {}
        appended = None
        if new or acknowledged > intake.past.last:
            work.preload({who.device, who.technician}.union(*(operation.references() for operation in new)))
            sender = self._sender(work, who, push, received_at)
            for operation in new:
                answers[operation.seq] = decide(work, sender, operation, contested=operation.id in intake.by_id)
            moved = [_renumbered(known, who, seq) for seq, known in repeated.items() if seq > intake.past.last]
            turn = Turn(who.device, who.incarnation, intake.past.last, acknowledged)
            placed = [
                answer if seq > intake.past.last else answer._replace(seq=None) for seq, answer in answers.items()
            ]
            appended = work.commit([*placed, *moved], turn)
        results = [
            _result(answers[operation.seq], operation.seq, appended)
            if operation.seq in answers
            else _repeated(repeated[operation.seq], operation.seq)
            for operation in operations
        ]
        if len(operations) < len(push.operations):
            raise SequenceGap(
                expected=acknowledged + 1,
                acknowledged=acknowledged,
                results=[to_builtins(result) for result in results],
                server_time=format_instant(received_at),
            )
        return Pushed(intake.past.epoch, acknowledged, results)

    def _look(self, who: DeviceIdentity, operations: Sequence[Operation]) -> _Intake:
        ids, numbers = [operation.id for operation in operations], [operation.seq for operation in operations]
        past = self._log.operations.history(who.device, who.incarnation, ids, numbers)
        by_id: dict[UUID, list[Known]] = {}
        for one in past.known:
            by_id.setdefault(one.id, []).append(one)
        mine = (who.device, who.incarnation)
        by_seq = {one.seq: one for one in past.known if (one.device, one.incarnation) == mine and one.seq}
        return _Intake(past, by_seq, by_id)

    def _sender(self, work: Work, who: DeviceIdentity, push: Push, received_at: datetime) -> Sender:
        technician = work.get(Technician, who.technician)
        device = work.get(Device, who.device)
        return Sender(
            device,
            who.incarnation,
            who.technician,
            technician.zone,
            clock_of(push.now, received_at),
            received_at,
            suspended=who.standing == "suspended",
            earlier=lambda operation: self._log.operations.recorded_by(operation, who.device),
            works_for=lambda customer: self._works_for(who.technician, customer),
        )


def clock_of(sent_at: datetime, received_at: datetime) -> Callable[[datetime], datetime]:
    """How the instants of a device are corrected by the offset that its clock showed at sending, in whole seconds."""
    offset = received_at - sent_at
    if abs(offset) <= CLOCK_NOISE:
        return lambda claimed: claimed
    correction = timedelta(seconds=round(offset.total_seconds()))
    return lambda claimed: _shifted(claimed, correction, received_at)


def _shifted(claimed: datetime, correction: timedelta, received_at: datetime) -> datetime:
    try:
        return claimed + correction
    except OverflowError:
        return received_at


def _renumbered(known: Known, who: DeviceIdentity, seq: int) -> Answer:
    """An operation that comes again under another number of a new incarnation: its first answer, once more."""
    return Answer(
        id=known.id,
        content_hash=known.content_hash,
        status=known.status,
        answer=known.answer,
        device=who.device,
        incarnation=who.incarnation,
        seq=seq,
        original=False,
    )


def _result(answer: Answer, seq: int, appended: Appended | None) -> Result:
    said: dict[str, Any] = orjson.loads(answer.answer)
    positions: list[int] = []
    if appended is not None and answer.first is not None:
        start = appended.base + 1 + answer.first
        positions = list(range(start, start + answer.event_count))
    return Result(id=answer.id, seq=seq, status=answer.status, positions=positions, **said)


def _repeated(known: Known, seq: int) -> Result:
    said: dict[str, Any] = orjson.loads(known.answer)
    return Result(id=known.id, seq=seq, status=known.status, positions=known.positions, duplicate=True, **said)
