"""Verdicts: a reply about a part on a work order rests on the log as it was when the part was recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import orjson

from domain.recording.answers import Answer
from domain.recording.recorded import Recorded
from domain.work.late_work import LATE_WORK, late_work
from tests.simulation.violation import must

if TYPE_CHECKING:
    from tests.simulation.world import World

CURRENT = "a reply rests on what the log says when it is recorded"


class Verdicts:
    """Follows the assignment of work orders, and checks each answer about a part that was moved for one."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._technicians: dict[UUID, UUID] = {}
        self._cancelled: set[UUID] = set()

    def restored(self) -> None:
        """Read the log from the beginning."""
        self._technicians.clear()
        self._cancelled.clear()
        self._remember(self._world.log.events)

    def committed(self, events: Sequence[Recorded], answers: Sequence[Answer]) -> None:
        """Check each answer against the log before these events, which are a device's or the office's alone."""
        for answer in answers:
            if answer.first is not None and answer.status in ("applied", "conflicted"):
                self._must_fit(events[answer.first], orjson.loads(answer.answer))
        self._remember(events)

    def _must_fit(self, event: Recorded, answer: dict[str, list[dict[str, str]]]) -> None:
        if event.topic != "stock.moved" or event.envelope.device is None:
            return
        order = event.data.work_order
        if order is None or event.data.kind == "correction":
            return
        noticed = {notice["code"] for notice in answer.get("notices", ())} & set(LATE_WORK)
        who = event.envelope.actor
        assert who is not None, "a device is somebody's"
        cancelled = order in self._cancelled
        expected = set(late_work(who, assigned=self._technicians.get(order), cancelled=cancelled))
        must(noticed == expected, CURRENT, f"{event.envelope.operation_id}: {noticed} instead of {expected}")

    def _remember(self, events: Sequence[Recorded]) -> None:
        for event in events:
            if event.topic == "work_order.assigned":
                self._technicians[event.stream] = event.data.technician
            elif event.topic == "work_order.cancelled":
                self._cancelled.add(event.stream)
