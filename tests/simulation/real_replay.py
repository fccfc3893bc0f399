"""Replaying a trace on the real server: the same things in the same order, and every reply held against the core's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import singledispatchmethod
from typing import Any, TypeVar
from unittest.mock import patch
from uuid import UUID, uuid4

import store.device_access
import store.device_tokens
import store.enrolling
from domain.problem import Problem
from domain.topics import EVENT_CLASSES
from store.answers import Answer, Appended, TurnTakenError
from store.erasure import Erasure
from store.log import EventLog
from store.recorded import Recorded
from store.shape import shape_of
from sync.release import release
from tests.simulation import real_trace as acts
from tests.simulation.real_compare import Difference, must_equal
from tests.simulation.real_server import RealServer
from tests.simulation.server import Crashed
from tests.simulation.versions import upgrade_notes

A = TypeVar("A", bound=acts.Act)


class Stopped(BaseException):
    """The replay cannot go on; the application, which makes a reply of every exception, does not get to see this."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


class Replay:
    """Does what a trace says. Raises `Difference` as soon as the real server does something else than the core."""

    def __init__(self, server: RealServer) -> None:
        self._server = server
        self._open: list[acts.Act] = []
        self._ahead: list[Iterator[acts.Act]] = []
        server.may_catch_up = self._reached

    def run(self, trace: Sequence[acts.Act]) -> None:
        """Everything in a trace."""
        with ExitStack() as patches:
            append = EventLog.append

            def appending(log: EventLog, *told: Any) -> Appended:
                return self._append(lambda: append(log, *told)) if self._in_core() else append(log, *told)

            for place, name, instead in (
                (EventLog, "append", appending),
                (store.enrolling, "uuid4", self._device),
                (store.device_tokens, "secrets", self),
                (store.device_access, "code_of", lambda seed: seed.decode()),
            ):
                patches.enter_context(patch.object(place, name, instead))
            try:
                self._do_all(trace)
            except Stopped as stopped:
                raise stopped.error from None

    def token_urlsafe(self, _: int) -> str:
        """The next token, as the core made it."""
        exchange = self._exchange()
        if not exchange.tokens:
            raise Stopped(Difference(exchange, "the real server made a token, and the core did not"))
        return exchange.tokens.pop(0)

    # what the real server asks on its way

    def _reached(self) -> None:
        self._next(acts.Reached, "asked the views")

    def _append(self, append: Any) -> Appended:
        commit = self._next(acts.Commit, "recorded something")
        self._server.clock.set(commit.at)
        if commit.fate == "crash before":
            raise Crashed
        try:
            appended: Appended = append()
        except Exception as error:
            if commit.fate != "refused":
                seen = f"the real log refused ({error!r}), and the core's did not"
                raise Stopped(Difference(self._open[-1], seen)) from error
            raise
        if commit.fate == "refused":
            raise Stopped(Difference(self._open[-1], "the core's log refused what the real one took"))
        if commit.fate == "crash after":
            raise Crashed
        return appended

    def _device(self) -> UUID:
        return self._exchange().device or uuid4()

    def _next(self, kind: type[A], did: str) -> A:
        """What comes next within the act that goes on, which must be of this kind; it is over when this returns."""
        act = next(self._ahead[-1], None)
        if not isinstance(act, kind):
            raise Stopped(Difference(self._open[-1], f"the real server {did}, and the core went on with {act}"))
        with self._during(act):
            try:
                self._do_all(self._ahead[-1])
            except Exception as error:  # noqa: BLE001 - the application would make a reply of it
                raise Stopped(error) from error
        return act

    def _exchange(self) -> acts.Exchange:
        assert isinstance(self._open[-1], acts.Exchange), "devices come in through the door"
        return self._open[-1]

    def _in_core(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1], acts.CORE)

    # what a trace says

    def _do_all(self, trace: Any) -> None:
        for act in trace:
            self._server.clock.set(act.at)
            self._do(act)

    @contextmanager
    def _during(self, act: acts.Act) -> Iterator[None]:
        self._open.append(act)
        self._ahead.append(iter(act.within))
        try:
            yield
        finally:
            self._open.pop()
            self._ahead.pop()

    @contextmanager
    def _core(self, act: acts.Act) -> Iterator[None]:
        """The server's own code runs, and does all that the core did; it may die over it."""
        with self._during(act):
            with suppress(Crashed):
                yield
            left = next(self._ahead[-1], None)
            if left is not None:
                raise Difference(act, f"the core went on with {left}, and the real server did not")

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
        self._server.services.log.append(events, [event.envelope for event in act.recorded], (), None)

    @_do.register
    def _(self, act: acts.Code) -> None:
        self._server.services.devices.issue_code(act.technician, act.code.encode())

    @_do.register
    def _(self, act: acts.Stands) -> None:
        self._server.services.standings.set(act.device, act.standing, wipe=act.wipe)

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
            release(log, work, act.operation, next(envelopes))
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
    """An event of the log as the domain makes it."""
    from store.mapper import BodyMapper

    shape = shape_of(EVENT_CLASSES[event.topic])
    return BodyMapper.event_of(shape, event.data, event.stream, event.version)
