"""A place for one question about the past: the process that folds it, as those who ask see it."""

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
"""How long a fold that nobody waited for is kept from other questions: whoever was told to come back finds it."""
_QUERY_SECONDS: Final = 30.0
_LONGEST_PAUSE: Final = 30


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
    """A process that tells the past: the pipe to it, and how it is ended."""

    line: Connection
    end: Callable[[], None]


class Place:
    """One process, started when it is needed; `question` is what it folds or has folded.

    For one thread at a time, the one that has set `taken`, and what it has `asked`, under a lock of its own.
    """

    def __init__(self, start: Callable[[], PastProcess], seconds: float) -> None:
        """`seconds` is how long a fold may take; the process itself ends then."""
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
        """Whether another question may take this place: nothing is being folded, and nobody is coming back for it."""
        if self.taken:
            return False
        if self.question is None:
            return True
        self._listen(0)
        if self._problem is not None:
            return True
        return self.ready and not (self.awaited and monotonic() - self._ready_at < KEPT_SECONDS)

    def fold(self, question: Question, patience: float) -> None:
        """Have the question folded, for at most `patience` seconds; raises a problem of this file otherwise.

        A fold that is not ready by then goes on, for whoever asks the same again.
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
        """The rows of a query about what was folded."""
        assert self._process is not None
        try:
            self._process.line.send(query)
            if self._process.line.poll(_QUERY_SECONDS):
                answer: Any = self._process.line.recv()
                if isinstance(answer, list):
                    return answer
                self.drop()
                raise OperationalError(f"a question about the past has failed: {answer}")
        except OSError as error:
            self.drop()
            raise OperationalError("the process that tells the past has ended") from error
        except EOFError as error:
            self.drop()
            raise OperationalError("the process that tells the past has ended") from error
        self.drop()
        raise QuestionTooLong

    def drop(self) -> None:
        """End the process; the next question starts another one."""
        process, self._process = self._process, None
        self._empty()
        if process is not None:
            process.line.close()
            process.end()

    def _has_ended(self) -> bool:
        """Whether the process of a fold that was ready has ended: it was idle for long, or was killed."""
        if not self.ready or self._process is None or not self._process.line.poll(0):
            return False
        self.drop()
        return True

    def _begin(self, question: Question) -> None:
        if self._problem is not None:
            self.drop()
        self._empty()
        for _ in range(2):  # the process of a question from long ago may have ended, which one sees by writing
            self._process = self._process or self._start()
            try:
                self._process.line.send(question)
            except OSError:
                self.drop()
            else:
                break
        else:
            raise OperationalError("the process that tells the past cannot be started")
        self.question, self._begun = question, monotonic()

    def _listen(self, seconds: float) -> None:
        """Take in what the process has said, waiting for at most so long while it has said nothing."""
        assert self._process is not None
        try:
            while not self.ready and self._problem is None and self._process.line.poll(seconds):
                self._hear(self._process.line.recv())
                seconds = 0
        except (EOFError, OSError):
            late = monotonic() - self._begun >= self._seconds
            self._problem = QuestionTooLong() if late else OperationalError("the process that tells the past has ended")

    def _hear(self, message: object) -> None:
        match message:
            case Ready():
                self.ready, self._ready_at = True, monotonic()
            case Progress():
                self._progress = message
            case TooLarge():
                self._problem = QuestionTooLarge()
            case Failed():
                self._problem = OperationalError(f"a question about the past has failed: {message.reason}")
            case _:
                self._problem = OperationalError("the process that tells the past is out of step")

    def _pause(self) -> int:
        """In how many seconds it is worth asking again."""
        done, total = self._progress
        left = (monotonic() - self._begun) * (total - done) / done if done else _LONGEST_PAUSE / 2
        return max(1, min(_LONGEST_PAUSE, round(left) + 1))


class FarReader(Reader):
    """Asks the process that holds the tables."""

    def __init__(self, place: Place, position: int) -> None:
        self._place = place
        self.position = self.picture = position

    def fetch_all(self, sql: str, params: Params | None = None) -> list[Row]:
        """All rows, as dicts by column."""
        return self._place.rows(Query(sql, params))
