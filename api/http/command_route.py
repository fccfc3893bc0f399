"""A route that runs a command: the body becomes its input, the reply is its result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from flask import Response, request

from api.http.authentication import current_author
from api.http.body import body_of
from api.http.encoding import json_response
from api.http.schemas import Body, Command
from api.http.services import services
from commands.running import runner
from commands.running.beginning import must_be_new
from commands.running.changed import Changed
from commands.running.context import CommandContext
from commands.running.request import About, Request
from domain.kernel.aggregate import Entity
from domain.kernel.problem import SomebodyWasFaster

Function: TypeAlias = Callable[[CommandContext, Body, UUID], Entity | Changed]
"""Calls one command with the members of a body."""


class CommandRoute(NamedTuple):
    """The schema of the body, the kind of entity that is created (None for a change), the status of the reply.

    `after()` runs when the command has been recorded, before the reply is sent.
    """

    schema: type[Command]
    kind: type[Entity] | None
    status: int
    after: Callable[[], None] = lambda: None
    function: Function | None = None

    @property
    def name(self) -> str:
        """The name of the function, which is that of the endpoint."""
        return self.function.__name__ if self.function is not None else ""

    def view(self) -> Callable[..., Response]:
        """The view of this route."""

        def view(body: Body, id: UUID | None = None) -> Response:
            request_ = request_of(body)
            id, command = self.command(request_, body, id)
            location = None if self.kind is None else f"{request.path.rstrip('/')}/{id}"
            reply = services().runner.run(request_, command, status=self.status, location=location)
            self.after()
            return command_response(reply)

        assert self.function is not None, "a route has a function"
        view.__name__, view.__doc__ = self.function.__name__, self.function.__doc__
        return view

    def command(self, request_: Request, body: Body, id: UUID | None) -> tuple[UUID, runner.Command]:
        """The id of the entity, a new one for a creation without an id, and the command to run."""
        function, kind = self.function, self.kind
        assert function is not None, "a route has a function"
        about = request_.new_id(kind.TOPIC) if kind is not None else id  # type: ignore[attr-defined]
        assert about is not None, "a command has an id in its path"

        def command(context: CommandContext) -> Changed:
            if kind is not None:
                must_be_new(context.work, kind, about, named=request_.about.id is not None)
            else:
                must_match(context, about)
            changed = function(context, body, about)
            return changed if isinstance(changed, Changed) else Changed(changed)

        return about, command


def must_match(context: CommandContext, id: UUID) -> None:
    """Raise `SomebodyWasFaster` when the request names another version than the entity has."""
    accepts = context.request.accepts
    if accepts is not None:
        entity = context.work.find(Entity, id)
        if entity is not None and not accepts(entity.version):
            raise SomebodyWasFaster


def request_of(body: Body) -> Request:
    """The current request with its author and `Idempotency-Key`; raises `BadInput` for an invalid key."""
    content = [request.method, request.path, body_of(request)]
    accepts = request.if_match.contains_weak if request.if_match else None
    key = request.headers.get("Idempotency-Key")
    return Request.of(
        current_author(),
        about_of(body),
        content,
        key,
        None if accepts is None else lambda version: accepts(str(version)),
    )


def about_of(body: Body) -> About:
    """The members of a body that every command may have: id, time, zone, position, external reference."""
    return About(body.id, body.occurred_at, body.zone, body.seen, body.external_ref)


def command_response(reply: runner.Reply, unkept: Mapping[str, Any] | None = None) -> Response:
    """The response for a stored reply; `unkept` are members that are added and never stored."""
    headers = {"ETag": f'"{reply.members["version"]}"'} | ({"Location": reply.location} if reply.location else {})
    return json_response({**reply.members, **(unkept or {})}, reply.status, headers)
