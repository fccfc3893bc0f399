"""The dry run of an import: everything is decided, nothing is recorded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple
from uuid import UUID

from api.http.batch import CommandInput, Commands
from callout.assembly import Application
from callout.import_entry import BadLine, Entry
from callout.import_keys import Keys, LineState
from callout.import_lines import in_batches, reason, refused_before
from callout.import_people import People
from commands.running.author import Author
from commands.running.batch import NeedsViews

NEW: Final = "new"
UNDECIDED: Final = "undecided"


class Rehearsed(NamedTuple):
    """The result of a dry run: lines (with path or reason) that are new, known, refused, or cannot be decided yet.

    `undecided` are those that cannot be decided without views. `retried` are lines that an earlier import refused, with
    the reason: `--retry-refused` would try them after `later` lines that have been imported since.
    """

    new: list[tuple[int, str]]
    same: int
    refused: list[tuple[int, str]]
    undecided: list[tuple[int, str]]
    retried: list[tuple[int, str]]
    later: int


def rehearse(
    application: Application, user: UUID, keys: Keys, entries: Iterable[Entry], *, retry: bool = False
) -> Rehearsed:
    """Decide the lines of a file on one unit of work that is never recorded; memory grows with the file."""
    app, access = application.app(), application.services.access
    token = access.begin_session(user)
    session = access.sessions.find(token)
    access.end(token)
    people = People(application, None)
    commands = Commands(app, application.services.runner, Author(user, session.roles if session else (), ""))
    new: list[tuple[int, str]] = []
    refused: list[tuple[int, str]] = []
    undecided: list[tuple[int, str]] = []
    retried: list[tuple[int, str]] = []
    same = later = 0
    for lines in in_batches(entries, keys):
        commands.load([CommandInput(entry.do, entry.body, state.key) for entry, state in lines])
        for entry, state in lines:
            why = refused_before(entry, state, retry=False)
            if why is not None and state.status == "rejected":
                retried.append((entry.line, why))
                if not retry:
                    continue
            elif why is not None:
                refused.append((entry.line, why))
                continue
            if state.status == "applied":
                same += 1
                later += bool(retried)
                continue
            result = _decided(commands, people, entry, state)
            if result == NEW:
                new.append((entry.line, entry.do))
            elif result == UNDECIDED:
                undecided.append((entry.line, entry.do))
            else:
                refused.append((entry.line, result))
    return Rehearsed(new, same, refused, undecided, retried, later)


def _decided(commands: Commands, people: People, entry: Entry, state: LineState) -> str:
    """`NEW`, `UNDECIDED`, or why it is refused."""
    try:
        sent = CommandInput(entry.do, entry.body, state.key, people.who(entry.by))
        if not Commands.can_batch(sent):
            return UNDECIDED
        refusal = commands.decide(sent)
    except BadLine as problem:
        return problem.detail
    except NeedsViews:
        return UNDECIDED
    if refusal is None:
        return NEW
    commands.batch.forget()
    return reason(refusal.document)
