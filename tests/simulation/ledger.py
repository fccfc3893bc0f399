"""The ledger of operations: each is on a device until it is recorded, and has one effect."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import orjson

from domain.recording.answers import Answer
from domain.recording.recorded import Recorded
from tests.simulation.content import content_of
from tests.simulation.violation import must

if TYPE_CHECKING:
    from tests.simulation.disk import Disk
    from tests.simulation.phone import Phone
    from tests.simulation.world import World

ABOUT_DEVICES = "device."

NONE_IS_LOST = "no operation is lost"
ONE_EFFECT = "an operation has one effect at most"
KEPT = timedelta(days=6, hours=23)
"""A little less than the protocol's seven days, since checks run between steps only."""
KEPT_A_WEEK = "what was acknowledged stays on the device for seven days"
DENSE = "positions are 1…N without a gap"


class Made(NamedTuple):
    """An operation as a device recorded it: phone, type, data and content hash."""

    phone: int
    type: str
    data: dict[str, Any]
    content: str


class Ledger:
    """Every operation that was ever on a disk, and every one that the server ever answered."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.made: dict[str, Made] = {}
        self.answered: set[str] = set()
        self._unsent: dict[int, set[str]] = {}
        self._held: dict[int, set[str]] = {}
        self._sent_at: dict[str, datetime] = {}
        self._apps: dict[int, str | None] = {}
        self._effects: dict[UUID, int] = {}
        self._excused: set[str] = set()
        self._last = 0

    def committed(self, events: Sequence[Recorded], answers: Sequence[Answer]) -> None:
        """Check the positions and effects of recorded events."""
        for event in events:
            must(event.position == self._last + 1, DENSE, f"{event.position} came after {self._last}")
            self._last = event.position
        self.answered.update(str(answer.id) for answer in answers)
        done = {event.envelope.operation_id for event in events if _is_effect(event)}
        for operation in done:
            if operation is not None:
                before = self._effects.setdefault(operation, self._last)
                must(before == self._last, ONE_EFFECT, f"{operation} took effect at {before} and again at {self._last}")

    def restored(self) -> None:
        """The server was restored: an operation that the log lost may take effect once more, if a phone still has it.

        A phone that has handed over what it holds erases it as soon as the reply is there, which nobody can call back.
        """
        log = self._world.log
        self._last = log.head()
        known = {event.envelope.operation_id for event in log.events if _is_effect(event)}
        self._effects = {operation: at for operation, at in self._effects.items() if operation in known}
        for phone in self._world.phones:
            self.check(phone)
        handed_over = set().union(
            *(self._held[one.number] & self.answered for one in self._world.phones if one.waits_to_erase())
        )
        for id in self.made.keys() - self.on_disks() | handed_over:
            self._excuse(id)

    def disk_lost(self, phone: Phone, disk: Disk) -> None:
        """A phone has another disk: excuse operations that were on the lost one only."""
        for id, text in map(tuple, disk.rows("SELECT id, operation FROM operations")):
            self.made.setdefault(id, _made(phone.number, text))
        lost = {id for id, *_ in disk.rows("SELECT id FROM operations")} | self._held.get(phone.number, set())
        self._unsent.pop(phone.number, None)
        self._held.pop(phone.number, None)
        self.check(phone)
        for id in lost - self.on_disks():
            self._excuse(id)

    def check(self, phone: Phone) -> None:
        """Every operation that has left a phone's outbox has an answer; a phone that erases itself holds none."""
        rows = list(map(tuple, phone.disk.rows("SELECT id, operation, acknowledged IS NULL FROM operations")))
        there, unsent = {id for id, *_ in rows}, {id for id, _, is_unsent in rows if is_unsent}
        for id, text, _ in rows:
            if id not in self.made:
                self.made[id] = _made(phone.number, text)
        for id in self._unsent.get(phone.number, set()) - unsent:
            must(id in self.answered, NONE_IS_LOST, f"{self.made[id]} left the outbox of phone {phone.number}")
        for id in there - unsent - self.answered:
            must(False, NONE_IS_LOST, f"{self.made[id]} counts as sent on phone {phone.number}, and was never answered")
        held = set() if phone.is_erasing() else there
        self._must_keep(phone, held, held - unsent)
        self._unsent[phone.number], self._held[phone.number] = unsent, held

    def _must_keep(self, phone: Phone, held: set[str], sent: set[str]) -> None:
        """Sent operations stay for seven days of true time, unless the office had the phone erased."""
        now = self._world.clock.now()
        before, self._apps[phone.number] = self._apps.get(phone.number), phone.installation()
        for id in self._held.get(phone.number, set()) - held:
            kept, same = now - self._sent_at.get(id, now), before == self._apps[phone.number] is not None
            must(kept > KEPT or not same, KEPT_A_WEEK, f"{self.made[id]} was kept for {kept}")
        for id in sent:
            self._sent_at.setdefault(id, now)

    def is_quiet(self) -> bool:
        """Whether every outbox is empty."""
        return not any(self._unsent.values())

    def on_disks(self) -> set[str]:
        """The operations that are on some phone now."""
        return set().union(*self._held.values())

    def data_of(self, operation: str) -> dict[str, Any]:
        """The data of an operation; empty if it was never seen on a disk."""
        made = self.made.get(operation)
        return {} if made is None else made.data

    def taken_back(self) -> set[str]:
        """The operations that others correct."""
        return {made.data["operation"] for made in self.made.values() if made.type == "fact_corrected"}

    def check_the_end(self) -> None:
        """Every operation is recorded with its own content, unless it was lost with its disk."""
        must(self.is_quiet(), "outboxes are empty in the end", f"left: {self._unsent}")
        operations = self._world.log.operations
        for id, made in self.made.items():
            known = operations.all_of(UUID(id))
            if id not in self._excused:
                must(known, NONE_IS_LOST, f"{made} is nowhere")
                same = any(one.content_hash == made.content for one in known)
                must(same, NONE_IS_LOST, f"{made} is on record otherwise")
        positions = [event.position for event in self._world.log.events]
        must(positions == list(range(1, len(positions) + 1)), DENSE, f"{positions}")

    def _excuse(self, id: str) -> None:
        """An operation is on no disk any more: if it is not recorded either, its loss breaks no promise."""
        if not self._world.log.operations.all_of(UUID(id)):
            self._excused.add(id)


def _made(phone: int, text: str) -> Made:
    operation = orjson.loads(text)
    return Made(phone, operation["type"], operation["data"], content_of(operation))


def _is_effect(event: Recorded) -> bool:
    return event.envelope.device is not None and not event.topic.startswith(ABOUT_DEVICES)
