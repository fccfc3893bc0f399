"""Held operations: decided when what they need has come, or forced when they have waited for 72 hours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
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
from sync.decide import Arrived, Sender, settle
from sync.failures import is_passing
from sync.groups import decide_all, unmet
from sync.held_ends import answer_kept, discard_erased, tell_ended
from sync.ports import Held, Log, Looked, Waiting
from sync.problems import CannotBeRecorded
from sync.put_aside import again_if_kept
from sync.queue import FairQueue
from sync.unrecordable import record_known, record_run

LOOK_AT_ALL: Final = timedelta(seconds=30)
"""How often everything is looked at whose needs have arrived, whatever woke it up or did not."""
MOST: Final = 50
"""So many groups are decided at once, those of every device in turn; then it is looked anew what has come."""
TRIES: Final = 3
_log = structlog.get_logger(__name__)
WorksFor = Callable[[UUID, UUID], bool]


class Holding:
    """Looks after held operations. Any number may do so at once: of two that decide about one, one finds it decided."""

    def __init__(self, log: Log, waiting: Waiting, works_for: WorksFor) -> None:
        """`works_for` tells whether a technician has open work for a customer."""
        self._log = log
        self._waiting = waiting
        self._works_for = works_for
        self._queue: FairQueue[Held] = FairQueue()
        self._failed: Counter[Held] = Counter()
        self._through: Looked | None = None
        self._all_at: datetime | None = None
        self._overdue = 0

    def settle(self, now: datetime) -> int:
        """Decide what need not wait any more, at most `MOST` groups; how many operations that were.

        A group that cannot be recorded or read keeps no other one waiting: what never can be recorded goes to the
        office at once, what fails otherwise after some tries. Raises the `PersistenceError` that says that the
        database is away; what has not been tried then is tried the next time.
        """
        if self._all_at is None or not self._all_at <= now < self._all_at + LOOK_AT_ALL:
            self._through, self._all_at = None, now
        found = self._waiting.ripe(self._through, now - LONGEST_HELD, self._overdue)
        self._through, self._overdue = found.through, found.overdue
        self._queue.add((group.device, group) for group in found.groups)
        taken, many = list(self._queue.take(MOST)), 0
        for place, group in enumerate(taken):
            try:
                many += self._settle_group(group, now)
            except Exception:
                self._all_at = None
                self._queue.add((left.device, left) for left in taken[place:])
                raise
        return many

    def _settle_group(self, group: Held, now: datetime) -> int:
        overdue = group.held_at + LONGEST_HELD <= now
        try:
            many = self._record(group, now, overdue=overdue)
        except Exception as error:
            if is_passing(error):
                raise
            return self._failed_with(group, error)
        self._failed.pop(group, None)
        return many

    def _record(self, group: Held, now: datetime, *, overdue: bool) -> int:
        """Decide about a group, with those of its operations given to the office that can never be recorded."""

        def take(aside: Collection[UUID]) -> int:
            return self._log.attempt(lambda: self._attempt(group, now, overdue=overdue, aside=aside))

        many, aside = record_known(take)
        if many is not None:
            return many
        return record_run(take, [text.event.data.operation for text in self._texts(group)], aside)

    def _failed_with(self, group: Held, error: Exception) -> int:
        self._failed[group] += 1
        last = self._failed[group] >= TRIES
        reason = {"reason": type(error).__name__, "device": str(group.device), "texts": list(group.versions)}
        _log.error("held operations cannot be recorded", **reason, put_aside=last)
        if not last:
            self._queue.add([(group.device, group)])
            return 0
        del self._failed[group]
        try:
            return self._log.attempt(lambda: self._put_aside(group))
        except Exception as trouble:  # they stay held, and are tried again with all others
            if is_passing(trouble):
                raise
            _log.error("held operations cannot be put aside", **reason, trouble=type(trouble).__name__)
            return 0

    def _attempt(self, group: Held, now: datetime, *, overdue: bool, aside: Collection[UUID]) -> int:
        texts = self._texts(group)
        able = {text.event.version: one for text in texts if (one := again_if_kept(text)) is not None}
        able = {version: one.put_aside() if one.operation.id in aside else one for version, one in able.items()}
        arrived = list(able.values())
        come = self._log.operations.come
        missing = unmet(arrived, come({need for one in arrived for need in one.needs})) if texts else set()
        if not texts or (missing and not (overdue and self._is_free(texts, arrived, missing))):
            return 0
        try:
            work, _, decisions = decide_all(lambda: self._begin(texts), arrived, come, overdue=overdue)
        except NotWaiting:  # somebody has decided about it since it was looked at
            return 0
        tell_ended(work, decisions, arrived)
        discard_erased(work, [text for text in texts if text.event.version not in able], now)
        became = {one.text_version: decision for one, decision in zip(arrived, decisions, strict=True)}
        for text in texts:
            answer_kept(work, text, became.get(text.event.version))
        work.commit()
        return len(texts)

    def _is_free(self, texts: Iterable[KeptText], arrived: Iterable[Arrived], missing: set[UUID]) -> bool:
        """Whether these can be forced: none names another one that was held before them, and is forced before them.

        One that was held later is not waited for: so two that name each other do not wait for ever.
        """
        named = {id for one in arrived for id in one.operation.references() & missing}
        first = min(text.event.position for text in texts)
        return not named or all(position > first for position in self._log.operations.held(named).values())

    def _put_aside(self, group: Held) -> int:
        """Give the office what cannot be recorded."""
        texts = self._texts(group)
        if not texts:
            return 0
        work, sender = self._begin(texts)
        for text in texts:
            one = again_if_kept(text)
            if one is not None:
                answer_kept(work, text, settle(work, sender, one, CannotBeRecorded()))
        work.commit()
        return len(texts)

    def _texts(self, group: Held) -> list[KeptText]:
        """Those of a group's texts that still wait."""
        device = self._log.work().find(Device, group.device)
        waiting = [version for version in group.versions if device is not None and device.holds(version)]
        return self._log.texts(group.device, waiting) if waiting else []

    def _begin(self, texts: Sequence[KeptText]) -> tuple[Work, Sender]:
        """A new unit of work, and who sent these texts, believed as far as the device and its technician are now.

        What a device sent before it was last revoked is not believed when it has been enrolled again either.
        """
        work, first = self._log.work(), texts[0].event
        device = work.get(Device, first.stream)
        for text in texts:
            device.must_hold(text.event.version)
        technician = first.data.technician
        person = work.find(Technician, technician)
        believed = device.is_active() and all(device.revoked_at < text.event.version for text in texts)
        sender = Sender(
            device=device,
            technician=technician,
            zone=first.envelope.zone,
            suspended=not (believed and person is not None and person.is_active()),
            public_key=None,  # the signature was looked at when it came
            unsigned=True,
            earlier=lambda one: self._log.operations.recorded_by(one, technician),
            works_for=lambda customer: self._works_for(technician, customer),
        )
        return work, sender
