"""The inside of a replay: commits, crashes, tokens and ids as in the trace, at the same places."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar
from uuid import UUID, uuid4

from domain.recording.answers import Appended
from tests.simulation import real_trace as acts
from tests.simulation.real_compare import Difference
from tests.simulation.real_server import RealServer
from tests.simulation.server import Crashed

A = TypeVar("A", bound=acts.Act)


class Stopped(BaseException):
    """The replay cannot continue; a `BaseException`, so that the application does not turn it into a reply."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


class CoreReplay:
    """Follows the acts of a trace and those within them, and checks what comes next."""

    def __init__(self, server: RealServer) -> None:
        self._server = server
        self._open: list[acts.Act] = []
        self._ahead: list[Iterator[acts.Act]] = []
        server.may_catch_up = self._reached

    @abstractmethod
    def _do_all(self, trace: Iterable[acts.Act]) -> None:
        """Replay a part of a trace."""

    def token_urlsafe(self, _: int) -> str:
        """The next token of the trace, in place of a random one."""
        exchange = self._exchange()
        if not exchange.tokens:
            raise Stopped(Difference(exchange, "the real server made a token, and the core did not"))
        return exchange.tokens.pop(0)

    # called by the real server

    def _reached(self) -> None:
        self._next(acts.Reached, "asked the views")

    def _append(self, append: Callable[[], Appended]) -> Appended:
        commit = self._next(acts.Commit, "recorded something")
        self._server.clock.set(commit.at)
        if commit.fate == "crash before":
            raise Crashed
        try:
            appended = append()
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
        """Replay the next act within the present one, which must be of this kind; the act."""
        act = next(self._ahead[-1], None)
        if not isinstance(act, kind):
            raise Stopped(Difference(self._open[-1], f"the real server {did}, and the core went on with {act}"))
        with self._during(act):
            try:
                self._do_all(self._ahead[-1])
            except Exception as error:
                raise Stopped(error) from error
        return act

    def _exchange(self) -> acts.Exchange:
        assert isinstance(self._open[-1], acts.Exchange), "only an exchange makes tokens and devices"
        return self._open[-1]

    def _in_core(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1], acts.CORE)

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
        """Run the server's code, which must do all that the core did; it may crash."""
        with self._during(act):
            with suppress(Crashed):
                yield
            left = next(self._ahead[-1], None)
            if left is not None:
                raise Difference(act, f"the core went on with {left}, and the real server did not")
