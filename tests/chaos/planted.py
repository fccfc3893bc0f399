"""Servers with a planted bug, started only by `./run chaos`: the real server, patched in one place at run time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from threading import Lock, Semaphore, Thread
from time import sleep
from typing import Any
from uuid import UUID

from eventsourcing.persistence import PersistenceError

from api.app import WsgiApplication
from callout import cli, serving, wsgi
from callout.child import Child
from domain.kernel.instant import now
from domain.recording.answers import Answer, Appended, Past, Turn
from store.log import EventLog
from store.operations import Operations

_APART_SECONDS = 0.05


def ack_before_commit() -> None:
    """A push is committed after its reply; the next one waits for that, so that replies look right."""
    append, history = EventLog.append, Operations.history
    pending = Semaphore()

    def early(
        self: EventLog,
        events: Any,
        envelopes: Any,
        answers: Sequence[Answer],
        turn: Turn | None,
        *reads: Any,
        **more: Any,
    ) -> Appended:
        if turn is None:
            return append(self, events, envelopes, answers, turn, *reads, **more)
        pending.acquire()
        try:
            base = self.head()
        except PersistenceError:
            pending.release()
            raise

        def commit() -> None:
            try:
                sleep(_APART_SECONDS)
                append(self, events, envelopes, answers, turn, **more)
            except PersistenceError:
                pass  # acknowledged, and nowhere
            finally:
                pending.release()

        Thread(target=commit, daemon=True).start()
        return Appended(base, now())

    def patient(self: Operations, *asked: Any) -> Past:
        with pending:
            pass
        return history(self, *asked)

    _replace(EventLog, "append", early)
    _replace(EventLog, "settled", lambda _log, _entities: None)
    _replace(Operations, "history", patient)


def result_apart_from_effect() -> None:
    """Two transactions a push: the events, and a moment later the answers and the device's turn."""
    append = EventLog.append
    one_at_a_time = Lock()

    def twice(
        self: EventLog,
        events: Any,
        envelopes: Any,
        answers: Sequence[Answer],
        turn: Turn | None,
        *reads: Any,
        **more: Any,
    ) -> Appended:
        if turn is None:
            return append(self, events, envelopes, answers, turn, *reads, **more)
        with one_at_a_time:
            appended, many = append(self, events, envelopes, (), None, **more), len(events)
            sleep(_APART_SECONDS)
            moved = [each._replace(first=None if each.first is None else each.first - many) for each in answers]
            append(self, [], [], moved, turn)
            return appended

    _replace(EventLog, "append", twice)


def repetition_answered_anew() -> None:
    """The reply to a repeated operation lacks its positions."""
    history = Operations.history

    def forgetful(self: Operations, device: UUID, incarnation: int, *asked: Any) -> Past:
        past = history(self, device, incarnation, *asked)
        return past._replace(known=[each._replace(positions=[]) for each in past.known])

    _replace(Operations, "history", forgetful)


BUGS: dict[str, Callable[[], None]] = {
    "ack-before-commit": ack_before_commit,
    "result-apart-from-effect": result_apart_from_effect,
    "repetition-answered-anew": repetition_answered_anew,
}


def app(bug: str) -> WsgiApplication:
    """What gunicorn loads instead of `callout.wsgi:app()`."""
    BUGS[bug]()
    return wsgi.app()


def main() -> None:
    """The command line of `callout`, after the name of the bug; its HTTP server runs with the bug."""
    bug = sys.argv.pop(1)
    children = serving._children

    def with_bug(*given: Any) -> list[Child]:
        http, *others = children(*given)
        http.command = [*http.command[:-1], f"{__spec__.name}:app({bug!r})"]
        return [http, *others]

    _replace(serving, "_children", with_bug)
    cli.main()


def _replace(owner: Any, name: str, by: Callable[..., Any]) -> None:
    assert callable(getattr(owner, name)), f"{owner} has no {name} to plant a bug in"
    setattr(owner, name, by)


if __name__ == "__main__":
    main()
