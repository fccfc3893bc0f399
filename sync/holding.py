"""Held operations: decided when what they need has come, or forced when they have waited for 72 hours."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final, NamedTuple, Protocol
from uuid import UUID

from domain.device import Device
from domain.device_operations import Misfit, Ref
from domain.envelope import Envelope
from store.answers import UnrecordableError
from store.recorded import Recorded
from store.work import Work
from sync.decide import Arrived, Decision, Sender
from sync.groups import decide_all, unmet
from sync.outcome import Notice
from sync.ports import Log
from sync.put_aside import TextIsErased, again, sender_of

LONGEST: Final = timedelta(hours=72)
MOST: Final = 1000


class Held(NamedTuple):
    """An operation that waits, as the views know it."""

    operation: UUID
    device: UUID
    group: str | None
    held_at: datetime


class Waiting(Protocol):
    """The operations that wait, as the views know them; they may be behind the log."""

    def held(self, limit: int) -> Sequence[Held]:
        """At most `limit` of them, the longest waiting first, a group's in the order of their numbers."""


class Holding:
    """Looks after held operations. Any number may do so at once: of two that decide about one, one finds it decided."""

    def __init__(self, log: Log, waiting: Waiting) -> None:
        self._log = log
        self._waiting = waiting

    def settle(self, now: datetime) -> int:
        """Decide everything that need not wait any more; how many operations that were."""
        return sum(self._settle_group(list(group), now) for group in _grouped(self._waiting.held(MOST)))

    def _settle_group(self, group: list[Held], now: datetime) -> int:
        overdue = min(one.held_at for one in group) + LONGEST <= now
        try:
            return self._log.attempt(lambda: self._attempt(group, now, overdue=overdue))
        except UnrecordableError as error:
            aside = error.operations or {one.operation for one in group}
            return self._log.attempt(lambda: self._attempt(group, now, overdue=overdue, aside=aside))

    def _attempt(self, group: list[Held], now: datetime, *, overdue: bool, aside: Collection[UUID] = ()) -> int:
        device = self._log.work().find(Device, group[0].device)
        waiting = [one.operation for one in group if device is not None and one.operation in device.held]
        texts = [self._log.put_aside(operation)[0] for operation in waiting]
        able = [one for text in texts if (one := _again(text)) is not None]
        able = [one.put_aside() if one.operation.id in aside else one for one in able]
        needs = {need for one in able for need in one.operation.needs}
        if not texts or (not overdue and unmet(able, self._log.operations.come(needs))):
            return 0
        work, decisions = decide_all(lambda: self._begin(texts[0]), able, self._log.operations.come, overdue=overdue)
        self._tell(work, decisions, able)
        self._discard(work, [text for text in texts if text.data.body is None], now)
        work.commit()
        return len(texts)

    def _begin(self, held: Recorded) -> tuple[Work, Sender]:
        work = self._log.work()
        return work, sender_of(self._log, work.get(Device, held.stream), held)

    @staticmethod
    def _discard(work: Work, erased: Iterable[Recorded], now: datetime) -> None:
        """What somebody's erasure has left no text of comes to an end too."""
        for held in erased:
            device = work.get(Device, held.stream)
            device.discard(held.data.operation, reason="Its text has been erased.")
            work.add(Envelope(occurred_at=now, operation_id=held.data.operation), device)

    @staticmethod
    def _tell(work: Work, decisions: Iterable[Decision], arrived: Sequence[Arrived]) -> None:
        """What was refused or put aside has said so itself; of the others, the device says what became of them."""
        for decision, one in zip(decisions, arrived, strict=True):
            if decision.problem is None:
                assert one.envelope.device is not None, "an operation comes from a device"
                device = work.get(Device, one.envelope.device)
                device.record_hold_ended(decision.operation.id, tuple(map(_misfit, decision.notices)))
                work.add(one.envelope, device)


def _again(held: Recorded) -> Arrived | None:
    try:
        return again(held, held.data.operation)
    except TextIsErased:
        return None


def _misfit(notice: Notice) -> Misfit:
    return Misfit(notice.code, notice.detail, tuple(Ref(name, id) for name, id in notice.refs.items()))


def _grouped(held: Sequence[Held]) -> Iterable[Iterable[Held]]:
    """Those of one device and group together, everything else alone."""
    ordered = sorted(held, key=lambda one: (str(one.device), one.group or str(one.operation)))
    return [list(run) for _, run in groupby(ordered, key=lambda one: (one.device, one.group or one.operation))]
