"""Runs the commands of routes without HTTP, as imports do: the same bodies, schemas, policy and rules as the routes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
from eventsourcing.persistence import PersistenceError
from flask import Flask
from marshmallow import ValidationError

from api.http.bad_members import bad_members, error_list
from api.http.body import checked_object
from api.http.command_route import CommandRoute, about_of
from api.http.noun import PREFIX, Noun
from api.http.problems import problem_of
from commands.running.author import Author
from commands.running.batch import Batch
from commands.running.request import Request
from commands.running.runner import Command, RefusedBefore, Runner
from domain.kernel.problem import Kind, NotAllowed, NotFound, Problem
from domain.kernel.problem_document import document

NOUNS: Final = frozenset(
    {"customers", "contacts", "cases", "equipment", "work-orders", "visits", "parts", "locations", "stock-movements"}
)
"""The nouns whose commands may share a unit of work; any other command is run alone."""
ALONE: Final = frozenset({"erase", "erase-words"})
"""The names of commands that are always run alone."""
TEMPORARY: Final = (Kind.UNAVAILABLE, Kind.RATE_LIMITED)
"""The kinds of problems after which the same command may succeed later."""


class CommandInput(NamedTuple):
    """One command: its path after `/api/v1/`, body, idempotency key, and the actor if that is not the user."""

    path: str
    body: Any
    key: str
    actor: UUID | None = None


class Refusal(NamedTuple):
    """The problem document of a refused command; `temporary` where the same command may succeed later."""

    document: dict[str, Any]
    temporary: bool = False


class _Prepared(NamedTuple):
    request: Request
    command: Command
    status: int
    location: str | None
    after: Callable[[], None]


class Commands:
    """Runs commands of one user, alone or several in one unit of work."""

    def __init__(self, app: Flask, runner: Runner, author: Author) -> None:
        self._nouns = {name: each for name, each in app.blueprints.items() if isinstance(each, Noun)}
        self._policy = app.extensions["callout.policy"]
        self._app, self._runner, self._author = app, runner, author
        self.batch = Batch(runner)

    @staticmethod
    def can_batch(sent: CommandInput) -> bool:
        """Whether the command may share a unit of work with others."""
        steps = sent.path.split("/")
        return steps[0] in NOUNS and steps[-1] not in ALONE

    def begin(self, sent: Iterable[CommandInput]) -> None:
        """Begin a new unit of work; loads the entities that these commands name, in one query."""
        self.batch.begin(_ids_of(sent))

    def load(self, sent: Iterable[CommandInput]) -> None:
        """Load the entities that these commands name, in one query."""
        self.batch.load(_ids_of(sent))

    def decide(self, sent: CommandInput) -> Refusal | None:
        """Decide one command in the current unit of work; None when it is not refused.

        Raises `NeedsViews` when the command must be run alone.
        """
        try:
            prepared = self._prepare(sent)
            self.batch.take(prepared.request, prepared.command, prepared.status, prepared.location)
        except Problem as problem:
            return Refusal(document(problem), temporary=problem.kind in TEMPORARY)
        return None

    def run_alone(self, sent: CommandInput) -> Refusal | UUID:
        """Run and record one command in its own transaction; the id of its entity, or the refusal."""
        try:
            prepared = self._prepare(sent)
            with self._app.app_context():
                request, command = prepared.request, prepared.command
                reply = self._runner.run(request, command, status=prepared.status, location=prepared.location)
                prepared.after()
        except RefusedBefore as refusal:
            return Refusal(refusal.document)
        except Problem as problem:
            return Refusal(document(problem), temporary=problem.kind in TEMPORARY)
        except PersistenceError as error:
            found = problem_of(error)
            if found is None:
                raise
            return Refusal(document(found), temporary=found.kind in TEMPORARY)
        return UUID(str(reply.members["id"]))

    def _prepare(self, sent: CommandInput) -> _Prepared:
        name, id, verb = _split_path(sent.path)
        noun = self._nouns.get(name)
        route = None if noun is None else noun.commands.get(verb)
        if noun is None or route is None or (id is None) != (route.kind is not None):
            raise NotFound(f"There is no command {sent.path}.")
        author = self._permitted(f"{name}.{route.name}", sent.actor)
        body = _load_body(route, sent.body)
        path = f"{PREFIX}/{sent.path}"
        request = Request.of(author, about_of(body), ["POST", path, sent.body], sent.key)
        about, command = route.command(request, body, id)
        location = None if id is not None else f"{path.rstrip('/')}/{about}"
        return _Prepared(request, command, route.status, location, route.after)

    def _permitted(self, endpoint: str, actor: UUID | None) -> Author:
        """The author of a command, with the role that the policy permits; raises `NotAllowed` when no role does."""
        allowed = self._policy[endpoint, "POST"]
        role = next((role for role in self._author.roles if role in allowed), None)
        if role is None:
            raise NotAllowed(f"This needs one of the roles {', '.join(sorted(allowed))}.")
        author = self._author._replace(role=role)
        return author if actor in (None, author.id) else author._replace(id=actor, imported_by=author.id)


def _split_path(path: str) -> tuple[str, UUID | None, str]:
    """The noun, id and command in a path; raises `NotFound` for a path of another shape."""
    steps = path.split("/")
    if len(steps) == 1:
        return steps[0], None, ""
    if len(steps) == 3:  # noqa: PLR2004 - noun, id and command
        with suppress(ValueError):
            return steps[0], UUID(steps[1]), steps[2]
    raise NotFound(f"There is no command {path}.")


def _load_body(route: CommandRoute, body: Any) -> Any:
    """The validated body of a command; raises `BadInput` with an error for each wrong member."""
    try:
        return route.schema().load(checked_object(body, orjson.dumps(body)))
    except ValidationError as error:
        raise bad_members(error_list(error.messages_dict)) from None


def _ids_of(sent: Iterable[CommandInput]) -> Iterator[UUID]:
    return (id for each in sent for id in ids_in([each.path.split("/"), each.body]))


def ids_in(value: Any) -> Iterator[UUID]:
    """Every UUID in the strings of a JSON value."""
    if isinstance(value, str):
        if len(value) == 36:  # noqa: PLR2004 - how long a UUID is
            with suppress(ValueError):
                yield UUID(value)
    elif isinstance(value, dict):
        for each in value.values():
            yield from ids_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from ids_in(each)
