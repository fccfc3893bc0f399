"""Commands that do not come over HTTP: each is the same route's command, with the same body and the same rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
from eventsourcing.persistence import PersistenceError
from flask import Flask
from marshmallow import ValidationError

from api.http.body import unfit
from api.http.command_route import CommandRoute, about_of
from api.http.fields import spelled
from api.http.noun import PREFIX, Noun
from api.http.problems import problem_of
from commands.running.author import Author
from commands.running.batch import Batch
from commands.running.request import Request
from commands.running.runner import Command, RefusedBefore, Runner
from domain.kernel.characters import may_be_unfit, unfit_place
from domain.kernel.problem import BadInput, Kind, NotAllowed, NotFound, Problem
from domain.kernel.problem_document import document

NOUNS: Final = frozenset(
    {"customers", "contacts", "cases", "equipment", "work-orders", "visits", "parts", "locations", "stock-movements"}
)
"""The commands of these may be decided together; any other one is carried out alone."""
ALONE: Final = frozenset({"erase", "erase-words"})
PASSING: Final = (Kind.UNAVAILABLE, Kind.RATE_LIMITED)


class Sent(NamedTuple):
    """One command: its path behind `/api/v1/`, its body, its key, and who did it if that was not the user."""

    do: str
    body: Any
    key: str
    actor: UUID | None = None


class Refusal(NamedTuple):
    """Why a command was refused, as the problem document; `passes` says that it was not the command's fault."""

    document: dict[str, Any]
    passes: bool = False


class _Ready(NamedTuple):
    request: Request
    command: Command
    status: int
    location: str | None
    after: Callable[[], None]


class Commands:
    """Carries commands of one user out, alone or together in a batch."""

    def __init__(self, app: Flask, runner: Runner, author: Author) -> None:
        self._nouns = {name: room for name, room in app.blueprints.items() if isinstance(room, Noun)}
        self._policy = app.extensions["callout.policy"]
        self._app, self._runner, self._author = app, runner, author
        self.batch = Batch(runner)

    @staticmethod
    def takes(sent: Sent) -> bool:
        """Whether such a command may be decided together with others."""
        steps = sent.do.split("/")
        return steps[0] in NOUNS and steps[-1] not in ALONE

    def begin(self, sent: Iterable[Sent]) -> None:
        """Begin a new unit of work, and load with one query what these commands name."""
        self.batch.begin(_named(sent))

    def load(self, sent: Iterable[Sent]) -> None:
        """Load with one query what these commands name."""
        self.batch.load(_named(sent))

    def take(self, sent: Sent) -> Refusal | None:
        """Decide one command; why it is refused, or None. Raises `NeedsViews` when it must be carried out alone."""
        try:
            ready = self._ready(sent)
            self.batch.take(ready.request, ready.command, ready.status, ready.location)
        except Problem as problem:
            return Refusal(document(problem), passes=problem.kind in PASSING)
        return None

    def alone(self, sent: Sent) -> Refusal | UUID:
        """Carry one command out and record it; why it is refused, or the id of what it was about."""
        try:
            ready = self._ready(sent)
            with self._app.app_context():
                reply = self._runner.run(ready.request, ready.command, status=ready.status, location=ready.location)
                ready.after()
        except RefusedBefore as refusal:
            return Refusal(refusal.document)
        except Problem as problem:
            return Refusal(document(problem), passes=problem.kind in PASSING)
        except PersistenceError as error:
            found = problem_of(error)
            if found is None:
                raise
            return Refusal(document(found), passes=found.kind in PASSING)
        return UUID(str(reply.members["id"]))

    def _ready(self, sent: Sent) -> _Ready:
        noun, id, word = _steps(sent.do)
        room = self._nouns.get(noun)
        route = None if room is None else room.commands.get(word)
        if room is None or route is None or (id is None) != (route.kind is not None):
            raise NotFound(f"There is no command {sent.do}.")
        author = self._permitted(f"{noun}.{route.name}", sent.actor)
        body = _loaded(route, sent.body)
        path = f"{PREFIX}/{sent.do}"
        request = Request.of(author, about_of(body), ["POST", path, sent.body], sent.key)
        about, command = route.command(request, body, id)
        location = None if id is not None else f"{path.rstrip('/')}/{about}"
        return _Ready(request, command, route.status, location, route.after)

    def _permitted(self, endpoint: str, actor: UUID | None) -> Author:
        """Who did it, in the role of the user that permits this; raises `NotAllowed`."""
        allowed = self._policy[endpoint, "POST"]
        role = next((role for role in self._author.roles if role in allowed), None)
        if role is None:
            raise NotAllowed(f"This needs one of the roles {', '.join(sorted(allowed))}.")
        author = self._author._replace(role=role)
        return author if actor in (None, author.id) else author._replace(id=actor, imported_by=author.id)


def _steps(do: str) -> tuple[str, UUID | None, str]:
    """The noun, id and word of a command's path; raises `NotFound` for a path that no command has."""
    steps = do.split("/")
    if len(steps) == 1:
        return steps[0], None, ""
    if len(steps) == 3:  # noqa: PLR2004 - noun, id and word
        with suppress(ValueError):
            return steps[0], UUID(steps[1]), steps[2]
    raise NotFound(f"There is no command {do}.")


def _loaded(route: CommandRoute, body: Any) -> Any:
    """The members of a body; raises `BadInput` that names each one that is wrong."""
    if not isinstance(body, dict):
        raise BadInput("The body is a JSON object.", errors=[{"pointer": "", "detail": "This is an object."}])
    if may_be_unfit(orjson.dumps(body)) and (pointer := unfit_place(body)) is not None:
        raise unfit(pointer)
    try:
        return route.schema().load(body)
    except ValidationError as error:
        errors = spelled(error.messages_dict)
        many = f"{len(errors)} of the input’s members must be corrected." if errors[1:] else ""
        raise BadInput(many, errors=errors) from None


def _named(sent: Iterable[Sent]) -> Iterator[UUID]:
    return (id for each in sent for id in ids_in([each.do.split("/"), each.body]))


def ids_in(value: Any) -> Iterator[UUID]:
    """Every id that is written in a value."""
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
