"""The steps from which the status of an entity follows, in the order of occurrence."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, Final, NamedTuple, TypeVar
from uuid import UUID

import msgspec

from domain.kernel.envelope import Envelope

T = TypeVar("T")
OFFICE: Final = UUID(int=0)
"""The rank of steps of the office: of steps at one instant they are first, in log order."""
NOT_YET: Final = datetime.max.replace(tzinfo=UTC)
"""The instant of a step that has no envelope yet, which is after all that have one."""


REPLIES: Final = frozenset({"visit.accepted"})
"""The topics of replies: whether they count depends on what their authors had read."""


class Moment(NamedTuple):
    """The part of an envelope that orders an event: its instant, device, operation, and what its author had read."""

    at: datetime
    device: UUID | None = None
    operation: UUID | None = None
    seen: int | None = None
    position: int | None = None


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """An event that may change a status: `what` is its topic, `order` its place among those of one instant.

    `at` is the instant that is used for it, `rank` the operation of a device. `seen` is how far the author of a reply
    had read, `position` where it is recorded (None as long as it is not).
    """

    what: str
    at: datetime
    order: int
    rank: UUID = OFFICE
    operation: UUID | None = None
    seen: int | None = None
    position: int | None = None
    technician: UUID | None = None
    unasked: bool = False

    @property
    def key(self) -> tuple[datetime, UUID, int]:
        """The sort key of steps."""
        return self.at, self.rank, self.order


Steps = dict[str, tuple[Step, ...]]


class Walked:
    """An entity whose status is computed from its steps, as the read models do.

    `DECISIONS` are the lists of decisions by the office: such a step takes effect after every earlier decision,
    whatever its instant is. Of each list the last `MOST` are kept, of those in `FIRST` the first.
    """

    MOST: ClassVar[int] = 50
    DECISIONS: ClassVar[frozenset[str]] = frozenset()
    FIRST: ClassVar[frozenset[str]] = frozenset()

    __slots__ = ("__dict__", "_cached", "_moment")  # the last two are not part of the state

    steps: Steps
    version: int

    def set_moment(self, moment: Moment | None) -> None:
        """Set the moment of the events that are applied next; None for those that are not recorded yet."""
        self._moment = moment

    def set_envelope(self, envelope: Envelope, first: int) -> None:
        """Set the envelope of the events from this version on, which had none when they were decided."""
        waiting = [
            (name, step) for name, steps in self.steps.items() for step in steps if step.order >= first and _waits(step)
        ]
        for name, step in waiting:
            self._keep(name, tuple(each for each in self.steps[name] if each is not step))
        moment = Moment(envelope.occurred_at, envelope.device, envelope.operation_id, envelope.seen_position)
        for name, step in sorted(waiting, key=lambda one: one[1].order):
            self._add(name, _timed(step, moment))

    def set_positions(self, positions: Mapping[int, int]) -> None:
        """Set the positions of the events with these versions."""
        for name, steps in self.steps.items():
            if any(step.order in positions for step in steps):
                placed = (
                    msgspec.structs.replace(step, position=positions[step.order]) if step.order in positions else step
                    for step in steps
                )
                self._keep(name, tuple(placed))

    def _step(self, what: str, *names: str, **fields: Any) -> None:
        """Add the event that is being applied to these lists."""
        step = Step(**{"what": what, "at": NOT_YET, "order": self.version + 1, **fields})
        moment: Moment | None = getattr(self, "_moment", None)
        for name in names:
            self._add(name, step if moment is None else _timed(step, moment))

    def _walked(self, walk: Callable[[Steps], T]) -> T:
        """The result of `walk`, cached until a step is added."""
        cached: tuple[Steps, T] | None = getattr(self, "_cached", None)
        if cached is None or cached[0] is not self.steps:
            cached = self._cached = self.steps, walk(self.steps)
        return cached[1]

    def _add(self, name: str, step: Step) -> None:
        if name in self.DECISIONS:
            before = (self.steps[one][-1].at for one in self.DECISIONS if self.steps.get(one))
            latest = max(before, default=step.at)
            step = msgspec.structs.replace(step, at=max(step.at, latest), rank=OFFICE)
        steps = list(self.steps.get(name, ()))
        insort(steps, step, key=lambda one: one.key)
        if not _waits(steps[-1]):  # the place of one without an envelope is not known yet
            steps = steps[: self.MOST] if name in self.FIRST else steps[-self.MOST :]
        self._keep(name, tuple(steps))

    def _take_back(self, operation: UUID, fact: str | None) -> None:
        """Remove the steps of an operation, or the last such fact of those that are not recorded yet."""
        for name, steps in self.steps.items():
            left = tuple(step for step in steps if step.operation != operation)
            if left == steps and (waiting := [step for step in steps if _waits(step) and step.what == fact]):
                left = tuple(step for step in steps if step is not waiting[-1])
            self._keep(name, left)

    def _keep(self, name: str, steps: tuple[Step, ...]) -> None:
        self.steps = self.steps | {name: steps}


def _waits(step: Step) -> bool:
    return step.at == NOT_YET


def _timed(step: Step, moment: Moment) -> Step:
    return msgspec.structs.replace(
        step,
        at=moment.at,
        rank=moment.operation if moment.device and moment.operation else OFFICE,
        operation=moment.operation,
        seen=moment.seen if step.what in REPLIES else None,
        position=moment.position,
    )
