"""Push: a device's operations are decided in the order of their sequence numbers, and each gets its own result."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

import msgspec

from domain.access.identity import DeviceIdentity
from domain.kernel.instant import format_instant
from domain.kernel.problem import Problem
from domain.recording.answers import Answer, OperationKnownError, Turn, TurnTakenError, UnrecordableError
from sync.arrival import Arrival, PushArrival
from sync.clock import AT_ONCE, ahead_of
from sync.envelope import Push, parse_push
from sync.groups import decide_all
from sync.kept import signed_text_of
from sync.outcome import Result
from sync.ports import DeviceReports
from sync.problems import DeviceForked, EpochChanged, SequenceGap
from sync.pull import Pull
from sync.quota import must_have_room
from sync.results import answer_of, first_result, renumbered, repeated_result
from sync.seen import look_up
from sync.unrecordable import quarantine_by_trial, quarantine_named, runs_of

READ_YOUR_WRITES_SECONDS: Final = 5.0
Reached = Callable[[int, float], bool]
"""Whether the views have reached a position, given so many seconds to do so."""


class Pushed(NamedTuple):
    """The outcome of a push: the log's epoch, the last number taken in, and one result for each operation."""

    epoch: UUID
    acknowledged: int
    results: list[Result]

    def last_position(self) -> int:
        """The highest position in the results, 0 without any."""
        return max((max(result.positions) for result in self.results if result.positions), default=0)


class PushIntake:
    """Processes pushes: one transaction for each; the refusal of one operation does not affect others."""

    def __init__(self, arrival: Arrival, reports: DeviceReports, pull: Pull, reached: Reached) -> None:
        self._log = arrival.log
        self._arrival = arrival
        self._reports = reports
        self._pull = pull
        self._reached = reached

    def reply(
        self, who: DeviceIdentity, body: bytes, encoding: str | None, now: datetime, took: timedelta = AT_ONCE
    ) -> bytes:
        """The JSON reply to a push: results and, where requested and possible, the changes of a pull.

        The last byte of the body arrived at `now`, `took` after the first one.

        Raises what `parse_push` and `take` raise; a pull that cannot be answered is left out, the results never are.
        """
        push = parse_push(body, encoding, took)
        pushed = self.take(who, push, now)
        self._remember(who, push, now)
        head = (
            f'{{"epoch":"{pushed.epoch}","acknowledged":{pushed.acknowledged},'
            f'"server_time":"{format_instant(now)}","results":'
        )
        parts = [head.encode(), msgspec.json.encode(pushed.results)]
        changes = self._changes(who, push, pushed, now)
        if changes is not None:
            parts += [b',"changes":', changes]
        return b"".join((*parts, b"}"))

    def take(self, who: DeviceIdentity, push: Push, received_at: datetime) -> Pushed:
        """Record what is new and return a result for everything.

        Raises `EpochChanged` when the log has another epoch, `DeviceForked` when the incarnation is not the device's or
        a sequence number another operation's, `SequenceGap` (with `expected` and the results of everything before the
        gap, which is recorded) when operations are missing, and `QuotaReached` when more would be quarantined
        than may be.
        """
        if push.incarnation != who.incarnation:
            raise DeviceForked("This incarnation of the device is not the one that has enrolled.")

        def take(part: Push, unrecordable: Collection[UUID]) -> Pushed:
            return self._log.attempt(
                lambda: self._attempt(who, part, received_at, unrecordable),
                retry_on=(TurnTakenError, OperationKnownError),
            )

        taken, unrecordable = quarantine_named(lambda ids: take(push, ids))
        return taken or self._take_runs(take, push, unrecordable)

    @staticmethod
    def _take_runs(
        take: Callable[[Push, Collection[UUID]], Pushed], push: Push, unrecordable: Collection[UUID]
    ) -> Pushed:
        """Record each group on its own, in order, because all of them together cannot be recorded.

        An error in between, `QuotaReached` for example, leaves the groups before it recorded: sent again, they are
        answered as duplicates.
        """
        pushed = Pushed(UUID(int=0), 0, [])
        if not push.operations:
            raise UnrecordableError("what the device reports about itself")
        for run in runs_of(push.operations):
            part = msgspec.structs.replace(
                push, operations=tuple(run), missing=None if pushed.results else push.missing
            )
            try:
                ids = [one.id for one in run]
                last = quarantine_by_trial(lambda suspects, part=part: take(part, suspects), ids, unrecordable)  # type: ignore[misc]
            except SequenceGap as gap:
                before = [msgspec.to_builtins(result) for result in pushed.results]
                gap.members["results"] = before
                raise
            pushed = last._replace(results=[*pushed.results, *last.results])
        return pushed

    def _attempt(
        self, who: DeviceIdentity, push: Push, received_at: datetime, unrecordable: Collection[UUID]
    ) -> Pushed:
        seen = look_up(self._log.operations, who, push.operations, push.missing)
        if push.epoch not in (None, seen.past.epoch):
            # Operations under its numbers in this epoch may be those of a copy of the device, restored from a backup.
            before = self._log.operations.taken_in_before(who.device, who.incarnation)
            raise EpochChanged(epoch=str(seen.past.epoch), resend_from=before + 1)
        operations = seen.before_gap(push.operations)
        repeated = {operation.seq: known for operation in operations if (known := seen.same(operation))}
        new = [operation for operation in operations if operation.seq not in repeated]
        acknowledged = max(seen.last, operations[-1].seq if operations else 0)
        first: dict[int, Result] = {}
        if new or acknowledged > seen.past.last:
            moved = [renumbered(known, who, seq) for seq, known in repeated.items() if seq > seen.past.last]
            turn = Turn(who.device, who.incarnation, seen.past.last, acknowledged)
            first = self._record(
                self._arrival.of(who, push, received_at, seen, new, unrecordable=unrecordable), moved, turn
            )
        results = [
            first.get(operation.seq) or repeated_result(repeated[operation.seq], operation.seq)
            for operation in operations
        ]
        if len(operations) < len(push.operations):
            raise SequenceGap(
                expected=acknowledged + 1,
                acknowledged=acknowledged,
                results=[msgspec.to_builtins(result) for result in results],
                server_time=format_instant(received_at),
            )
        return Pushed(seen.past.epoch, acknowledged, results)

    def _record(self, arrived: PushArrival, moved: list[Answer], turn: Turn) -> dict[int, Result]:
        """Record the new operations in one transaction; returns their results by sequence number."""
        work, sender, decisions = decide_all(arrived.begin, arrived.operations, self._log.operations.settled)
        must_have_room(sender.device, decisions)
        numbered = [(one, one.operation.seq if one.operation.seq > turn.last else None) for one in decisions]
        answers = [answer_of(one, arrived.who, seq, signed_text_of(one, work, arrived.who)) for one, seq in numbered]
        appended = work.commit([*answers, *moved], turn)
        return {one.operation.seq: first_result(one, appended) for one in decisions}

    def _changes(self, who: DeviceIdentity, push: Push, pushed: Pushed, now: datetime) -> bytes | None:
        """The pull that the push requests, once it shows what was pushed; None when it cannot be answered."""
        if push.pull is None or not self._pull.may_pull(who):
            return None
        position = pushed.last_position()
        if position and not self._reached(position, READ_YOUR_WRITES_SECONDS):
            return None
        try:
            return self._pull.reply(who, push.pull.cursor, push.pull.limit, now)
        except Problem:
            return None

    def _remember(self, who: DeviceIdentity, push: Push, now: datetime) -> None:
        outbox = push.outbox
        emptied = outbox is not None and outbox.count <= len(push.operations) and who.unsent
        if who.reported_lately and not emptied and push.app_version in (None, who.app_version):
            return
        self._reports.record_report(
            who.device,
            app_version=push.app_version,
            clock_offset_ms=ahead_of(push.now, now, push.took),
            pulled_through=push.last_seen(),
            unsent=None if outbox is None else max(outbox.count - len(push.operations), 0),
            oldest_unsent_at=None if outbox is None else push.oldest(now),
        )
