"""The recorder of traces: it watches the doors of a simulated world while the world runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar
from unittest.mock import patch
from uuid import UUID

from domain.envelope import Envelope
from store.answers import Answer
from store.recorded import Recorded
from store.work import Work
from sync.device import Reply
from sync.holding import Holding
from sync.operations.catalogue import OPERATIONS
from tests.simulation import desk_doubts
from tests.simulation import real_trace as acts
from tests.simulation.schedule import Schedule
from tests.simulation.server import Crashed
from tests.simulation.steps import OFTEN
from tests.simulation.versions import as_at_first
from tests.simulation.world import World

A = TypeVar("A", bound=acts.Act)


class Recording:
    """What has happened in a world since it began; `trace` begins with the founding of the company."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.trace: list[acts.Act] = []
        self._open: list[acts.Act] = []
        self._knows_more = False
        self.epoch, founded = world.log.epoch(), list(world.log.events)
        self._note(acts.Events(founded[-1].recorded_at, 0, founded))

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Note everything from now on."""
        world, log = self.world, self.world.log
        with ExitStack() as patches:
            for thing, name, watch in (
                (world.server, "answer", self._answer),
                (world.server, "start", self._start),
                (world.server, "back_up", self._back_up),
                (world.server, "restore", self._restore),
                (world.server, "_caught_up", self._caught_up),
                (world.server.blobs, "progress", self._progress),
                (world.access, "issue_code", self._issue_code),
                (world.access, "enrol", self._enrol),
                (world.access, "issue_tokens", self._issue_tokens),
                (world.access, "set", self._set),
                (world.views, "move_on", self._move_on),
                (world.views, "rebuild", self._rebuild),
                (world.forgetting, "catch_up", self._forget),
                (log, "before_commit", self._before_commit),
                (log, "after_commit", self._after_commit),
                (desk_doubts, "take_in", self._take_in),
                (desk_doubts, "release", self._release),
            ):
                patches.enter_context(patch.object(thing, name, _around(watch, getattr(thing, name))))
            patches.enter_context(patch.object(Holding, "settle", self._settle(Holding.settle)))
            log.watchers.append(self._committed)
            yield

    def _now(self) -> tuple[Any, int]:
        return self.world.clock.now(), sum(self.world.happened[kind] for kind in OFTEN)

    def _note(self, act: A) -> A:
        """Put an act where it belongs."""
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

    # the doors of the server

    def _answer(
        self, answer: Callable[..., Reply], method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> Reply:
        with self._during(acts.Exchange(*self._now(), method, url, headers, body)) as exchange:
            exchange.reply = answer(method, url, headers, body)
            return exchange.reply

    def _enrol(self, enrol: Callable[..., Any], *args: Any) -> Any:
        enrolled = enrol(*args)
        self._exchange().device = enrolled.device
        return enrolled

    def _issue_tokens(self, issue: Callable[..., Any], *args: Any) -> Any:
        pair = issue(*args)
        self._exchange().tokens += [pair.access_token, pair.refresh_token]
        return pair

    def _caught_up(self, caught_up: Callable[..., bool], position: int) -> bool:
        with self._during(acts.Reached(*self._now())):
            return caught_up(position)

    def _progress(self, progress: Callable[..., Any], *args: Any) -> Any:
        """Whether bytes are wanted, the views are asked: they have the time to know."""
        self.world.views.catch_up()
        return progress(*args)

    def _exchange(self) -> acts.Exchange:
        assert isinstance(self._open[-1], acts.Exchange), "devices come in through the door"
        return self._open[-1]

    # what is recorded

    def _before_commit(self, before: Callable[[], None]) -> None:
        if not (self._open and isinstance(self._open[-1], acts.CORE)):
            before()
            return
        with self._during(acts.Commit(*self._now())) as commit:
            try:
                before()
            except Crashed:
                commit.fate = "crash before"
                raise
            finally:
                commit.at = self.world.clock.now()

    def _after_commit(self, after: Callable[[], None]) -> None:
        commit = self._open[-1].within[-1] if self._open and isinstance(self._open[-1], acts.CORE) else None
        try:
            after()
        except Crashed:
            if isinstance(commit, acts.Commit):
                commit.fate = "crash after"
            raise

    def _committed(self, events: Sequence[Recorded], _: Sequence[Answer]) -> None:
        if self._open and isinstance(self._open[-1], acts.CORE):
            commit = self._open[-1].within[-1]
            assert isinstance(commit, acts.Commit), "what is recorded was about to be"
            commit.fate = "recorded"
        else:
            self._note(acts.Events(*self._now(), list(events)))

    # the office, the worker, and the machine

    def _issue_code(self, issue: Callable[[UUID], str], technician: UUID) -> str:
        code = issue(technician)
        self._note(acts.Code(*self._now(), technician, code))
        return code

    def _set(self, put: Callable[..., None], device: UUID, standing: Any, *, wipe: bool = False) -> None:
        put(device, standing, wipe=wipe)
        self._note(acts.Stands(*self._now(), device, standing, wipe))

    def _take_in(self, take_in: Callable[..., None], world: World, operation: UUID) -> None:
        with self._during(acts.TakeIn(*self._now(), operation)):
            take_in(world, operation)

    def _release(self, release: Callable[..., Any], log: Any, work: Work, operation: UUID, envelope: Envelope) -> Any:
        act = self._open[-1]
        assert isinstance(act, acts.TakeIn), "only the office takes something in"
        act.envelopes.append(envelope)
        return release(log, work, operation, envelope)

    def _settle(self, settle: Callable[..., int]) -> Callable[..., int]:
        def settling(holding: Holding, now: Any) -> int:
            with self._during(acts.Settle(*self._now())):
                return settle(holding, now)

        return settling

    def _forget(self, catch_up: Callable[[], None]) -> None:
        with self._during(acts.Forget(*self._now())):
            catch_up()

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
            self._note(acts.Restore(*self._now()))
        return restored


def recorded(schedule: Schedule) -> Recording:
    """The recording of a schedule that is run. Raises `Violation` when a promise was broken."""
    world = World(schedule)
    recording = Recording(world)
    with as_at_first(schedule.profile.page), recording.watching():
        world.run(schedule.steps)
    return recording


def _around(watch: Callable[..., Any], watched: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args, **said: watch(watched, *args, **said)
