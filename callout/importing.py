"""Imports commands from a file in batches, by the office's rules, each once however often it is imported."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple
from uuid import UUID

from eventsourcing.persistence import PersistenceError

from api.http.batch import CommandInput, Commands
from callout.assembly import Application
from callout.import_alone import PATIENCE, PAUSE_SECONDS, Alone
from callout.import_clashes import Clashes
from callout.import_entry import BadLine, Entry, Imported
from callout.import_keys import Keys
from callout.import_lines import AT_ONCE, Lines, in_batches, refused_before
from callout.import_people import People
from commands.running.author import Author
from commands.running.batch import NeedsViews
from domain.kernel.keys import KeyTaken
from domain.kernel.problem import Problem
from domain.recording.answers import OperationKnownError
from store.errors import is_temporary

__all__ = ["BadLine", "Entry", "Imported", "Importer"]

_FEWEST: Final = 8


class _Line(NamedTuple):
    """A line that is to be imported now."""

    entry: Entry
    sent: CommandInput


class Importer:
    """Records the commands of a file as one user, a batch of lines in one transaction.

    The operation id of a command is derived from the import's `name` and the line: what the log knows is skipped, and
    what was refused stays refused unless `retry` is set. An import that was killed has recorded whole batches, and
    continues after them.
    """

    def __init__(self, application: Application, user: UUID, file: str, name: str | None = None) -> None:
        self._keys = Keys(application.services.log.operations, user, name, file)
        app = application.app()
        token = application.services.access.begin_session(user)
        session = application.services.access.sessions.find(token)
        roles = session.roles if session else ()
        application.services.access.end(token)
        self._commands = Commands(app, application.services.runner, Author(user, roles, ""))
        self._clashes = Clashes()
        self._alone = Alone(application, self._commands, self._clashes)
        self._people = People(application, self._commands)
        self._most = AT_ONCE
        self.done = self.already = 0
        self.refused: list[tuple[int, str]] = []

    def run(
        self,
        entries: Iterator[Entry],
        *,
        keep_going: bool = False,
        retry: bool = False,
        on_progress: Callable[[int], None] = lambda _: None,
        reject: Callable[[Entry, str], None] = lambda _, __: None,
    ) -> Imported:
        """Import in order up to the first refusal, or to the end with `keep_going`.

        `on_progress` is called with the last line of each batch, `reject` with each refused entry and the reason.
        """
        read = in_batches(entries, self._keys)
        batch = next(read, [])
        while batch:
            ahead = next(read, [])
            lines, refused = self._plan(batch, ahead, keep_going=keep_going, retry=retry)
            now = self._record(lines, keep_going=keep_going)
            stopped = bool(now) and not keep_going
            for entry, why in sorted(now if stopped else [*now, *refused], key=lambda each: each[0].line):
                self.refused.append((entry.line, why))
                reject(entry, why)
            on_progress(batch[-1][0].line)
            if self.refused and not keep_going:
                break
            batch = ahead
        return Imported(self.done, self.already, self.refused)

    def _plan(
        self, batch: Lines, ahead: Lines, *, keep_going: bool, retry: bool
    ) -> tuple[list[_Line], list[tuple[Entry, str]]]:
        """The lines of a batch to record, and those refused already or unreadable; ends at the first such line.

        A refused line is tried again where no later line has been imported: the order is still that of the file.
        """
        known = [place for place, (_, state) in enumerate([*batch, *ahead]) if state.status is not None]
        last = max(known, default=-1)
        lines: list[_Line] = []
        refused: list[tuple[Entry, str]] = []
        for place, (entry, state) in enumerate(batch):
            why = refused_before(entry, state, retry=retry or place == last)
            if why is not None:
                refused.append((entry, why))
                if not keep_going:
                    break
            elif state.status == "applied":
                self.already += 1
            else:
                try:
                    key = self._keys.next_try(entry) if state.status else state.key
                    lines.append(_Line(entry, CommandInput(entry.do, entry.body, key, self._people.who(entry.by))))
                except BadLine as problem:
                    refused.append((entry, problem.detail))
                    if not keep_going:
                        break
        return lines, refused

    def _record(self, lines: list[_Line], *, keep_going: bool) -> list[tuple[Entry, str]]:
        """Record these lines in few transactions; the refused ones, only the first without `keep_going`."""
        refused: list[tuple[Entry, str]] = []
        while lines:
            taken, alone, now = self._together(lines, keep_going=keep_going)
            refused += now
            if now and not keep_going:
                break
            lines = lines[taken:]
            if alone and lines:
                why = self._alone.send(lines[0].sent, lines[0].entry.line)
                self.done += why is None
                if why is not None:
                    refused.append((lines[0].entry, why))
                    if not keep_going:
                        break
                lines = lines[1:]
        return refused

    def _together(self, lines: list[_Line], *, keep_going: bool) -> tuple[int, bool, list[tuple[Entry, str]]]:
        """Decide as many lines as can be in one unit of work, and record them.

        Returns their number, whether the next one must be run alone, and the refused ones. Where the log refuses the
        batch, half of it is tried, and finally the first line alone.
        """
        most, clashes = min(len(lines), self._most), False
        for _ in range(PATIENCE):
            if not Commands.can_batch(lines[0].sent) or most == 0:
                return 0, True, []
            try:
                taken, alone, refused = self._decide(lines[:most], keep_going=keep_going)
            except KeyTaken as clash:
                most, clashes = self._before(lines[:most], clash), True
            except (OperationKnownError, Problem):
                most //= 2  # one of them has a key of another entity, which is found when it is recorded
            except PersistenceError as error:
                if is_temporary(error):
                    time.sleep(PAUSE_SECONDS)
                most //= 2
            else:
                alone = alone or (clashes and taken == most)
                self._most = max(_FEWEST, taken) if alone else min(AT_ONCE, 2 * self._most)
                return taken, alone, refused
        return 0, True, []

    def _decide(self, lines: list[_Line], *, keep_going: bool) -> tuple[int, bool, list[tuple[Entry, str]]]:
        self._commands.begin([line.sent for line in lines])
        refused: list[tuple[Entry, str]] = []
        done, alone = 0, False
        for line in lines:
            if not Commands.can_batch(line.sent):
                alone = True
                break
            try:
                refusal = self._commands.decide(line.sent)
            except NeedsViews:
                alone = True
                break
            if refusal is not None and refusal.temporary:
                alone = True
                break
            done += 1
            if refusal is not None:
                refused.append((line.entry, self._clashes.reason(refusal.document)))
                if not keep_going or self._commands.batch.is_dirty():
                    break
        work = self._commands.batch.work
        self._commands.batch.commit()
        self._clashes.recorded({self._keys.operation(line.sent.key): line.entry.line for line in lines[:done]}, work)
        self.done += done - len(refused)
        return done, alone, refused

    def _before(self, lines: list[_Line], clash: KeyTaken) -> int:
        """The number of lines before the one whose key is taken; half of the lines where that is unknown."""
        operations = [self._keys.operation(line.sent.key) for line in lines]
        return operations.index(clash.operation) if clash.operation in operations else len(lines) // 2
