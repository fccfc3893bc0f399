"""The part of the recorder for what happens beside requests of devices: office, worker and machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import UUID

from domain.recording.recorded import Recorded
from domain.recording.unit_of_work import Work
from sync.holding import Holding
from sync.operations.catalogue import OPERATIONS
from tests.simulation import real_trace as acts
from tests.simulation.steps import WEIGHTS
from tests.simulation.world import World

A = TypeVar("A", bound=acts.Act)


class Watch:
    """The acts in a world, each within the act during which it happened."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.trace: list[acts.Act] = []
        self._open: list[acts.Act] = []
        self._knows_more = False
        self._wordless: set[int] = set()

    def _now(self) -> tuple[Any, int]:
        return self.world.clock.now(), sum(self.world.happened[kind] for kind in WEIGHTS)

    def _note(self, act: A) -> A:
        """Append an act within the open one, or to the trace."""
        (self._open[-1].within if self._open else self.trace).append(act)
        return act

    @contextmanager
    def _during(self, act: A) -> Iterator[A]:
        if not self._knows_more and ("note_added", 2) in OPERATIONS:
            self._knows_more = True
            self._note(acts.Upgrade(*self._now()))
        self._open.append(self._note(act))
        try:
            yield act
        finally:
            self._open.pop()

    # the office, the worker, and the machine

    def _issue_code(self, issue: Callable[[UUID], str], technician: UUID) -> str:
        code = issue(technician)
        self._note(acts.Code(*self._now(), technician, code))
        return code

    def _take_in(self, take_in: Callable[..., None], world: World, operation: UUID, position: int) -> None:
        with self._during(acts.TakeIn(*self._now(), operation, position)):
            take_in(world, operation, position)

    def _release(self, release: Callable[..., Any], log: Any, work: Work, operation: UUID, *how: Any) -> Any:
        act, (envelope, _) = self._open[-1], how
        assert isinstance(act, acts.TakeIn), "only the office releases an operation"
        act.envelopes.append(envelope)
        return release(log, work, operation, *how)

    def _settle(self, settle: Callable[..., int]) -> Callable[..., int]:
        def settling(holding: Holding, now: Any) -> int:
            with self._during(acts.Settle(*self._now())):
                return settle(holding, now)

        return settling

    def _forget(self, catch_up: Callable[[], None]) -> None:
        with self._during(acts.Forget(*self._now())):
            catch_up()

    def _is_about(self, is_about: Callable[..., bool], event: Recorded, customer: UUID) -> bool:
        """Texts recorded after the key was destroyed do not count: the real log has never stored them."""
        return event.position not in self._wordless and is_about(event, customer)

    def _move_on(self, move_on: Callable[[int], None], most: int = 1_000) -> None:
        before = self.world.views.position
        move_on(most)
        if self.world.views.position != before:
            self._note(acts.Fold(*self._now(), self.world.views.position))

    def _rebuild(self, rebuild: Callable[..., None], position: int | None = None) -> None:
        rebuild(position)
        if position is None:
            self._note(acts.Rebuild(*self._now()))

    def _start(self, start: Callable[[], None]) -> None:
        self._note(acts.Start(*self._now(), self.world.server.oldest_app))
        start()

    def _back_up(self, back_up: Callable[[], None]) -> None:
        self._note(acts.BackUp(*self._now()))
        back_up()

    def _restore(self, restore: Callable[[UUID], bool], epoch: UUID) -> bool:
        restored = restore(epoch)
        if restored:
            self._wordless = {position for position in self._wordless if position <= self.world.log.head()}
            self._note(acts.Restore(*self._now()))
        return restored
