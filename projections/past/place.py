"""A place for one question about the past: the client of the process that folds it."""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing.connection import Connection
from time import monotonic
from typing import Any, Final, NamedTuple

from eventsourcing.persistence import OperationalError

from domain.kernel.problem import Kind, Problem
from projections.engine.reader import Reader
from projections.past.answering import Failed, Progress, Query, Question, Ready, TooLarge
from store.pool import Params
from store.rows import Row

KEPT_SECONDS: Final = 30.0
"""For how many seconds an unread fold is reserved for the request that was told to ask again."""
_QUERY_SECONDS: Final = 30.0
_LONGEST_PAUSE: Final = 30
_ENDED: Final = "the process that answers queries about the past has ended"


class PastBusy(Problem):
    """Others are asking about the past; ask again in a moment."""

    kind = Kind.UNAVAILABLE


class StillFolding(Problem):
    """This question about the past is still being worked out; ask the same again in a moment."""

    kind = Kind.UNAVAILABLE


class QuestionTooLong(Problem):
    """This question about the past takes longer than one may; `callout as-of` on the command line has no limit."""

    kind = Kind.UNPROCESSABLE


class QuestionTooLarge(Problem):
    """This question about the past needs more memory than one may; `callout as-of` on the command line has no limit."""

    kind = Kind.UNPROCESSABLE


class PastProcess(NamedTuple):
    """A process that answers queries about the past: the pipe to it, and a function that ends it."""

    line: Connection
    end: Callable[[], None]


class Place:
    """One process, started at its first question; `question` is what it folds or has folded.

    Not thread-safe: only the thread that has set `taken` and `asked`, under the desk's lock, may call it.
    """

    def __init__(self, start: Callable[[], PastProcess], seconds: float) -> None:
        """`seconds` is the time limit of a fold, after which the process ends itself."""
        self._start = start
        self._seconds = seconds
        self._process: PastProcess | None = None
        self.taken = False
        self.asked: Question | None = None
        self.used_at = 0.0
        self._empty()

    def _empty(self) -> None:
        self.question: Question | None = None
        self.ready = False
        self.awaited = False
        self._problem: Exception | None = None
        self._progress = Progress(0, 0)
        self._begun = self._ready_at = 0.0

    def is_free(self) -> bool:
        """Whether another question may use this place: no fold is running or reserved."""
        if self.taken:
            return False
        if self.question is None:
            return True
        self._listen(0)
        if self._problem is not None:
            return True
        return self.ready and not (self.awaited and monotonic() - self._ready_at < KEPT_SECONDS)

    def fold(self, question: Question, patience: float) -> None:
        """Fold the question, waiting at most `patience` seconds; raises a problem of this module otherwise.

        A fold that is not ready by then continues, for the next request with the same question.
        """
        if self.question != question or self._has_ended():
            self._begin(question)
        deadline = monotonic() + patience
        while not self.ready and self._problem is None and monotonic() < deadline:
            self._listen(deadline - monotonic())
        if self._problem is not None:
            problem = self._problem
            self.drop()
            raise problem
        if not self.ready:
            self.awaited = True
            raise StillFolding(**self._progress._asdict(), retry_after=self._pause())
        self.awaited = False

    def rows(self, query: Query) -> list[Row]:
        """The rows of a query about the folded question."""
        assert self._process is not None
        try:
            self._process.line.send(query)
            if self._process.line.poll(_QUERY_SECONDS):
                answer: Any = self._process.line.recv()
                if isinstance(answer, list):
                    return answer
                self.drop()
                raise OperationalError(f"a query about the past has failed: {answer}")
        except (OSError, EOFError) as error:
            self.drop()
            raise OperationalError(_ENDED) from error
        self.drop()
        raise QuestionTooLong

    def drop(self) -> None:
        """End the process; the next question starts a new one."""
        process, self._process = self._process, None
        self._empty()
        if process is not None:
            process.line.close()
            process.end()

    def _has_ended(self) -> bool:
        """Whether the process has ended after its fold was ready: it was idle for too long, or was killed."""
        if not self.ready or self._process is None or not self._process.line.poll(0):
            return False
        self.drop()
        return True

    def _begin(self, question: Question) -> None:
        if self._problem is not None:
            self.drop()
        self._empty()
        for _ in range(2):  # the process of an old question may have ended, which only a failing write shows
            self._process = self._process or self._start()
            try:
                self._process.line.send(question)
            except OSError:
                self.drop()
            else:
                break
        else:
            raise OperationalError("the process that answers queries about the past cannot be started")
        self.question, self._begun = question, monotonic()

    def _listen(self, seconds: float) -> None:
        """Read the messages of the process, waiting at most `seconds` for the first one."""
        assert self._process is not None
        try:
            while not self.ready and self._problem is None and self._process.line.poll(seconds):
                self._receive(self._process.line.recv())
                seconds = 0
        except (EOFError, OSError):
            late = monotonic() - self._begun >= self._seconds
            self._problem = QuestionTooLong() if late else OperationalError(_ENDED)

    def _receive(self, message: object) -> None:
        match message:
            case Ready():
                self.ready, self._ready_at = True, monotonic()
            case Progress():
                self._progress = message
            case TooLarge():
                self._problem = QuestionTooLarge()
            case Failed():
                self._problem = OperationalError(f"a query about the past has failed: {message.reason}")
            case _:
                self._problem = OperationalError("the process that answers queries about the past is out of step")

    def _pause(self) -> int:
        """After how many seconds the request should be repeated."""
        done, total = self._progress
        left = (monotonic() - self._begun) * (total - done) / done if done else _LONGEST_PAUSE / 2
        return max(1, min(_LONGEST_PAUSE, round(left) + 1))


class FarReader(Reader):
    """Reads the tables of the process of a place."""

    def __init__(self, place: Place, position: int) -> None:
        self._place = place
        self.position = self.picture = position

    def fetch_all(self, sql: str, params: Params | None = None) -> list[Row]:
        """All rows, as dicts by column."""
        return self._place.rows(Query(sql, params))
