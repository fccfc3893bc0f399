"""The recorder of traces: it patches the entry points of a simulated world and notes each call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar
from unittest.mock import patch
from uuid import UUID

from domain.recording.answers import Answer
from domain.recording.recorded import Recorded
from domain.topics import EVENT_CLASSES
from store.shape import shape_of
from sync.app_version import UpgradeRequired
from sync.blobs import Progress
from sync.device import Reply
from sync.holding import Holding
from tests.simulation import desk_doubts
from tests.simulation import real_trace as acts
from tests.simulation.real_watch import Watch
from tests.simulation.schedule import Schedule
from tests.simulation.server import Crashed
from tests.simulation.versions import as_at_first
from tests.simulation.world import World

A = TypeVar("A", bound=acts.Act)


class Recording(Watch):
    """The trace of a world since it began; its first act is the set-up of the company."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.exchanges = 0
        self.epoch, founded = world.log.epoch(), list(world.log.events)
        self._note(acts.Events(founded[-1].recorded_at, 0, founded))

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Record every act while the context lasts."""
        world, log = self.world, self.world.log
        with ExitStack() as patches:
            for thing, name, watch in (
                (world.server, "answer", self._answer),
                (world.server, "start", self._start),
                (world.server, "back_up", self._back_up),
                (world.server, "restore", self._restore),
                (world.server, "_caught_up", self._caught_up),
                (world.server, "_reader", self._reader),
                (world.server.blobs, "progress", self._progress),
                (world.access, "issue_code", self._issue_code),
                (world.access, "enrol", self._enrol),
                (world.access, "issue_tokens", self._issue_tokens),
                (world.views, "move_on", self._move_on),
                (world.views, "rebuild", self._rebuild),
                (world.forgetting, "catch_up", self._forget),
                (world.forgetting, "_is_about", self._is_about),
                (log, "before_commit", self._before_commit),
                (log, "after_commit", self._after_commit),
                (desk_doubts, "take_in", self._take_in),
                (desk_doubts, "release", self._release),
            ):
                patches.enter_context(patch.object(thing, name, _around(watch, getattr(thing, name))))
            patches.enter_context(patch.object(Holding, "settle", self._settle(Holding.settle)))
            log.watchers.append(self._committed)
            yield

    # the server's entry points

    def _answer(
        self, answer: Callable[..., Reply], method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> Reply:
        with self._during(acts.Exchange(*self._now(), method, url, headers, body)) as exchange:
            self.exchanges += 1
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
        """Let the views catch up before they are asked about a blob; those of erased people are complete."""
        self.world.views.catch_up()
        found, (who, name, *_) = progress(*args), args
        log = self.world.log
        named = [event for event in log.events if getattr(event.data, "sha256", None) == name]
        customers = {self._customer(event) for event in named if event.envelope.actor == who.technician}
        return Progress(found.length, found.length) if customers <= log.erased else found

    def _customer(self, named: Recorded) -> UUID:
        """The customer of a photo or signature."""
        opened = self.world.log.load([named.stream])[named.stream]
        customer: UUID = getattr(named.data, "customer", None) or opened.customer  # type: ignore[attr-defined]
        return customer

    def _reader(self, reader: Callable[..., Any], headers: Mapping[str, str]) -> Any:
        """Add the oldest supported app to the refusal, as the real server does."""
        try:
            return reader(headers)
        except UpgradeRequired:
            raise UpgradeRequired(oldest=self.world.server.oldest_app) from None

    def _exchange(self) -> acts.Exchange:
        assert isinstance(self._open[-1], acts.Exchange), "only an exchange makes tokens and devices"
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

    def _committed(self, events: Sequence[Recorded], answers: Sequence[Answer]) -> None:
        if self._open and isinstance(self._open[-1], acts.CORE):
            commit = self._open[-1].within[-1]
            assert isinstance(commit, acts.Commit), "what is recorded was about to be"
            commit.fate = "recorded"
        else:
            self._note(acts.Events(*self._now(), list(events), list(answers)))
        self._wordless |= {event.position for event in events if self._is_erased(event)}

    def _is_erased(self, event: Recorded) -> bool:
        log = self.world.log
        return log.person_of(shape_of(EVENT_CLASSES[event.topic]), event) in log.erased


def recorded(schedule: Schedule) -> Recording:
    """Run a schedule; its recording. Raises `Violation` when a promise is broken."""
    world = World(schedule)
    recording = Recording(world)
    with as_at_first(schedule.profile), recording.watching():
        world.run(schedule.steps)
    return recording


def _around(watch: Callable[..., Any], watched: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args, **more: watch(watched, *args, **more)
