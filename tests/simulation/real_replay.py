"""Replaying a trace on the real server: the same acts in the same order, each reply compared with the core's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack, suppress
from functools import partial, singledispatchmethod
from typing import Any, TypeVar
from unittest.mock import patch

import store.device_tokens
import store.enrolling
import store.enrolment_codes
from domain.kernel.problem import Problem
from domain.recording.answers import Appended
from domain.recording.recorded import Recorded
from domain.topics import EVENT_CLASSES
from store.erasure import Erasure
from store.log import EventLog
from store.mapper import BodyMapper
from store.shape import shape_of
from sync.release import release
from tests.simulation import real_trace as acts
from tests.simulation.real_compare import must_equal
from tests.simulation.real_core import CoreReplay, Stopped
from tests.simulation.versions import upgrade_notes

A = TypeVar("A", bound=acts.Act)


class Replay(CoreReplay):
    """Replays a trace. Raises `Difference` as soon as the real server does something else than the core."""

    def run(self, trace: Sequence[acts.Act]) -> None:
        """Replay a whole trace."""
        with ExitStack() as patches:
            append = EventLog.append

            def appending(log: EventLog, *args: Any, **more: Any) -> Appended:
                now = partial(append, log, *args, **more)
                return self._append(now) if self._in_core() else now()

            for place, name, instead in (
                (EventLog, "append", appending),
                (store.enrolling, "uuid4", self._device),
                (store.device_tokens, "secrets", self),
                (store.enrolment_codes, "code_of", lambda seed: seed.decode()),
            ):
                patches.enter_context(patch.object(place, name, instead))
            try:
                self._do_all(trace)
            except Stopped as stopped:
                raise stopped.error from None

    # the kinds of act

    def _do_all(self, trace: Iterable[acts.Act]) -> None:
        for act in trace:
            self._server.clock.set(act.at)
            self._do(act)

    @singledispatchmethod
    def _do(self, act: acts.Act) -> None:
        raise NotImplementedError(act)

    @_do.register
    def _(self, act: acts.Exchange) -> None:
        with self._core(act):
            while act.within and isinstance(act.within[0], acts.Fold):  # photos: the views have had the time to know
                self._do_all([next(self._ahead[-1])])
                act.within.pop(0)
            reply = self._server.answer(act.method, act.url, act.headers, act.body)
            must_equal(act, reply)

    @_do.register
    def _(self, act: acts.Events) -> None:
        events = [_domain_event(event) for event in act.recorded]
        self._server.services.log.append(events, [event.envelope for event in act.recorded], act.answers, None)

    @_do.register
    def _(self, act: acts.Code) -> None:
        self._server.services.devices.issue_code(act.technician, act.code.encode())

    @_do.register
    def _(self, act: acts.Fold) -> None:
        self._server.fold(act.through)

    @_do.register
    def _(self, _: acts.Rebuild) -> None:
        self._server.rebuild()

    @_do.register
    def _(self, act: acts.Settle) -> None:
        with self._core(act):
            self._server.services.holding.settle(act.at)

    @_do.register
    def _(self, act: acts.TakeIn) -> None:
        envelopes, log = iter(act.envelopes), self._server.services.log

        def once() -> None:
            work = log.work()
            release(log, work, act.operation, next(envelopes), act.position)
            work.commit()

        with self._core(act), suppress(Problem):
            log.attempt(once)

    @_do.register
    def _(self, act: acts.Forget) -> None:
        with self._core(act):
            Erasure(self._server.services.log).catch_up()

    @_do.register
    def _(self, act: acts.Start) -> None:
        self._server.start(act.oldest_app)

    @_do.register
    def _(self, _: acts.Upgrade) -> None:
        upgrade_notes()

    @_do.register
    def _(self, _: acts.BackUp) -> None:
        self._server.back_up()

    @_do.register
    def _(self, _: acts.Restore) -> None:
        self._server.restore()


def _domain_event(event: Recorded) -> Any:
    """The domain event of a recorded one."""
    return BodyMapper.event_of(shape_of(EVENT_CLASSES[event.topic]), event.data, event.stream, event.version)
