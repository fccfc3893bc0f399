"""The process that answers queries about the past: it folds one question at a time and reads requests from a pipe."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack, nullcontext, suppress
from datetime import datetime
from multiprocessing.connection import Connection
from time import monotonic
from typing import Final, NamedTuple

import structlog

from projections.engine.projection import Projection
from projections.engine.replay import with_needs
from projections.engine.views import Views
from store.errors import name_of
from store.pool import Params

_PROGRESS_SECONDS: Final = 0.5
_log = structlog.get_logger(__name__)


class Question(NamedTuple):
    """The views and events to fold. `forgotten` changes with each erasure, so that no earlier fold is reused."""

    names: tuple[str, ...]
    known_at: int
    as_of: datetime | None
    forgotten: tuple[int, bool]


class Query(NamedTuple):
    """A SELECT over the views of the last question."""

    sql: str
    params: Params | None


class Progress(NamedTuple):
    """The number of events folded, and of all to be folded."""

    done: int
    total: int


class Ready(NamedTuple):
    """The question has been folded: queries are accepted."""


class TooLarge(NamedTuple):
    """The rows of the question exceed the memory limit; the process ends."""


class Failed(NamedTuple):
    """The question failed; `reason` is the name of the error class, without values."""

    reason: str


class Answering:
    """Answers the questions that arrive over a pipe, one after the other."""

    def __init__(
        self,
        line: Connection,
        views: Views,
        projections: Iterable[Projection],
        *,
        idle: float,
        limited: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """`idle` is for how many seconds to wait for the next message; each fold runs within a `limited()`."""
        self._line = line
        self._views = views
        self._known = {each.name: each for each in with_needs(projections)}
        self._idle = idle
        self._limited = limited

    def run(self) -> None:
        """Answer until the pipe is closed, no message arrives for `idle` seconds, or an error occurs, which is sent."""
        with suppress(EOFError, OSError):  # the other end has closed the pipe
            self._answer_all()

    def _answer_all(self) -> None:
        try:
            question: Question | None = self._line.recv() if self._line.poll(self._idle) else None
            while question is not None:
                question = self._answer(question)
        except (EOFError, OSError):
            raise
        except MemoryError:
            self._line.send(TooLarge())
        except Exception as error:  # noqa: BLE001 - every error is reported to the other end
            _log.error("a question about the past has failed", cause=name_of(error))
            self._line.send(Failed(type(error).__name__))

    def _answer(self, question: Question) -> Question | None:
        """Fold one question and answer queries about it; the next question, None when there is none."""
        chosen = [self._known[name] for name in question.names]
        with ExitStack() as stack:
            with self._limited():
                past = self._views.at(chosen, question.known_at, question.as_of, progress=_Progress(self._line))
                reader = stack.enter_context(past)
            self._line.send(Ready())
            while self._line.poll(self._idle):
                message: Question | Query = self._line.recv()
                if isinstance(message, Question):
                    return message
                self._line.send(reader.fetch_all(message.sql, message.params))
        return None


class _Progress:
    """Sends the progress of a fold, at most twice a second."""

    def __init__(self, line: Connection) -> None:
        self._line = line
        self._due = 0.0

    def __call__(self, done: int, total: int) -> None:
        if monotonic() >= self._due:
            self._due = monotonic() + _PROGRESS_SECONDS
            self._line.send(Progress(done, total))
