"""Held operations: decided when all of their needs are settled, or forced after 72 hours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from domain.access.device import Device
from domain.access.device_limits import LONGEST_HELD
from domain.access.device_status import NotWaiting
from domain.recording.answers import KeptText
from domain.recording.unit_of_work import Work
from domain.work.technician import Technician
from sync.decide import Arrived, quarantine_or_reject
from sync.failures import is_passing
from sync.groups import decide_all, unmet
from sync.held_ends import answer_kept, discard_erased, record_ended
from sync.ports import Held, Log, Waiting, Watermark
from sync.problems import CannotBeRecorded
from sync.queue import FairQueue
from sync.sender import Sender, WorksFor, sender_of
from sync.undecided import reopen_if_kept
from sync.unrecordable import quarantine_by_trial, quarantine_named

LOOK_AT_ALL: Final = timedelta(seconds=30)
"""How often all held operations with settled needs are looked for, not only those that have changed."""
MOST: Final = 50
"""How many groups are decided in one call, those of every device in turn."""
TRIES: Final = 3
_log = structlog.get_logger(__name__)


class Holding:
    """Decides held operations. Any number may run at once: of two that decide about one, the second does nothing."""

    def __init__(self, log: Log, waiting: Waiting, works_for: WorksFor) -> None:
        """`works_for` says whether a technician has open work for a customer."""
        self._log = log
        self._waiting = waiting
        self._works_for = works_for
        self._queue: FairQueue[Held] = FairQueue()
        self._failed: Counter[Held] = Counter()
        self._through: Watermark | None = None
        self._all_at: datetime | None = None
        self._overdue = 0

    def settle(self, now: datetime) -> int:
        """Decide what need not wait any more, at most `MOST` groups; returns how many operations that were.

        A group that fails does not delay others: what can never be recorded is quarantined at once, what fails
        otherwise after `TRIES` tries. Raises the `PersistenceError` of a database that cannot be reached; what has not
        been tried then is tried the next time.
        """
        if self._all_at is None or not self._all_at <= now < self._all_at + LOOK_AT_ALL:
            self._through, self._all_at = None, now
        found = self._waiting.ripe(self._through, now - LONGEST_HELD, self._overdue)
        self._through, self._overdue = found.through, found.overdue
        self._queue.add((group.device, group) for group in found.groups)
        taken, count = list(self._queue.take(MOST)), 0
        for place, group in enumerate(taken):
            try:
                count += self._settle_group(group, now)
            except Exception:
                self._all_at = None
                self._queue.add((left.device, left) for left in taken[place:])
                raise
        return count

    def _settle_group(self, group: Held, now: datetime) -> int:
        overdue = group.held_at + LONGEST_HELD <= now
        try:
            count = self._record(group, now, overdue=overdue)
        except Exception as error:
            if is_passing(error):
                raise
            return self._failed_with(group, error)
        self._failed.pop(group, None)
        return count

    def _record(self, group: Held, now: datetime, *, overdue: bool) -> int:
        """Decide a group, quarantining those of its operations that can never be recorded; returns the number."""

        def take(unrecordable: Collection[UUID]) -> int:
            return self._log.attempt(lambda: self._attempt(group, now, overdue=overdue, unrecordable=unrecordable))

        count, unrecordable = quarantine_named(take)
        if count is not None:
            return count
        return quarantine_by_trial(take, [text.event.data.operation for text in self._texts(group)], unrecordable)

    def _failed_with(self, group: Held, error: Exception) -> int:
        self._failed[group] += 1
        last = self._failed[group] >= TRIES
        reason = {"reason": type(error).__name__, "device": str(group.device), "texts": list(group.versions)}
        _log.error("held operations cannot be recorded", **reason, quarantined=last)
        if not last:
            self._queue.add([(group.device, group)])
            return 0
        del self._failed[group]
        try:
            return self._log.attempt(lambda: self._quarantine(group))
        except Exception as failure:  # they stay held, and are tried again with all others
            if is_passing(failure):
                raise
            _log.error("held operations cannot be quarantined", **reason, failure=type(failure).__name__)
            return 0

    def _attempt(self, group: Held, now: datetime, *, overdue: bool, unrecordable: Collection[UUID]) -> int:
        texts = self._texts(group)
        able = {text.event.version: one for text in texts if (one := reopen_if_kept(text)) is not None}
        able = {version: one.unless_in(unrecordable) for version, one in able.items()}
        arrived = list(able.values())
        settled_among = self._log.operations.settled
        missing = unmet(arrived, settled_among({need for one in arrived for need in one.needs})) if texts else set()
        if not texts or (missing and not (overdue and self._is_free(texts, arrived, missing))):
            return 0
        try:
            work, _, decisions = decide_all(lambda: self._begin(texts), arrived, settled_among, overdue=overdue)
        except NotWaiting:  # it has been decided meanwhile
            return 0
        record_ended(work, decisions, arrived)
        discard_erased(work, [text for text in texts if text.event.version not in able], now)
        decided = {one.text_version: decision for one, decision in zip(arrived, decisions, strict=True)}
        for text in texts:
            answer_kept(work, text, decided.get(text.event.version))
        work.commit()
        return len(texts)

    def _is_free(self, texts: Iterable[KeptText], arrived: Iterable[Arrived], missing: set[UUID]) -> bool:
        """Whether these can be forced: none references one that was held before them, which is forced first.

        One that was held later is not waited for, so that two that reference each other do not wait for ever.
        """
        named = {id for one in arrived for id in one.operation.references() & missing}
        first = min(text.event.position for text in texts)
        return not named or all(position > first for position in self._log.operations.held(named).values())

    def _quarantine(self, group: Held) -> int:
        """Quarantine a group whose effect cannot be recorded; returns how many operations that were."""
        texts = self._texts(group)
        if not texts:
            return 0
        work, sender = self._begin(texts)
        for text in texts:
            one = reopen_if_kept(text)
            if one is not None:
                answer_kept(work, text, quarantine_or_reject(work, sender, one, CannotBeRecorded()))
        work.commit()
        return len(texts)

    def _texts(self, group: Held) -> list[KeptText]:
        """Those of a group's texts that are still held."""
        device = self._log.work().find(Device, group.device)
        waiting = [version for version in group.versions if device is not None and device.holds(version)]
        return self._log.texts(group.device, waiting) if waiting else []

    def _begin(self, texts: Sequence[KeptText]) -> tuple[Work, Sender]:
        """A new unit of work and the sender of these texts, trusted as far as the device and its technician are now.

        What a device sent before it was last revoked is not trusted after it has been enrolled again either.
        """
        work, first = self._log.work(), texts[0].event
        device = work.get(Device, first.stream)
        for text in texts:
            device.must_hold(text.event.version)
        technician = first.data.technician
        person = work.find(Technician, technician)
        trusted = device.is_active() and all(device.revoked_at < text.event.version for text in texts)
        suspended = not (trusted and person is not None and person.is_active())
        # without a key: the signature was checked when it arrived
        sender = sender_of(self._log, device, technician, first.envelope.zone, self._works_for, suspended=suspended)
        return work, sender
