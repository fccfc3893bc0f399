"""A noun of the API: a blueprint whose routes declare the schema of their input and the shape of their reply."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from flask import Request, Response
from flask_smorest import Blueprint
from marshmallow import RAISE, Schema, ValidationError
from webargs.flaskparser import FlaskParser

from api.http.bad_members import bad_members, error_list
from api.http.body import body_of
from api.http.command_route import CommandRoute, Function
from api.http.schemas import DONE, Command, Page, Past, page_of
from api.http.shapes import schema_of
from domain.kernel.aggregate import Entity
from domain.kernel.problem import BadInput
from projections.engine.shapes import Shape

PREFIX = "/api/v1"
View = Callable[..., Response]
V = TypeVar("V", bound=View)


class RequestParser(FlaskParser):
    """Parses JSON bodies and query strings; raises `BadInput` with a JSON pointer for each wrong member."""

    DEFAULT_VALIDATION_STATUS = 400
    DEFAULT_UNKNOWN_BY_LOCATION = {"json": RAISE, "query": RAISE}  # noqa: RUF012 - webargs declares it so

    def load_json(self, req: Request, schema: Schema) -> Any:
        """The body as an object; no body is an empty object."""
        del schema
        return body_of(req)

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        """The parameters of the query; raises `BadInput` for one that is given twice."""
        del schema
        twice = [name for name, values in req.args.lists() if len(values) > 1]
        if twice:
            raise BadInput(errors=[{"pointer": f"/{name}", "detail": "Give this once."} for name in twice])
        return req.args.to_dict()

    def handle_error(
        self, error: ValidationError, req: Request, schema: Schema, *, error_status_code: Any, error_headers: Any
    ) -> NoReturn:
        """Raise `BadInput` with every message and its pointer."""
        del req, schema, error_status_code, error_headers
        messages = error.messages_dict
        errors = [pair for location in messages.values() for pair in error_list(location)]
        raise bad_members(errors)


class Noun(Blueprint):  # type: ignore[misc]  # flask-smorest has no types
    """The routes of one noun under `/api/v1`. Every view returns a `Response`; its docstring is its documentation."""

    ARGUMENTS_PARSER = RequestParser()

    def __init__(self, name: str, description: str, *, prefix: str = PREFIX) -> None:
        super().__init__(name, __name__, url_prefix=f"{prefix}/{name}", description=description)
        self.commands: dict[str, CommandRoute] = {}
        """The commands of the noun by name; the creation has the empty name."""

    def creates(
        self, kind: type[Entity], schema: type[Command], reply: dict[str, Any] = DONE
    ) -> Callable[[Function], Function]:
        """`POST` on the collection: `function(context, body, id)` creates an entity of this kind."""
        return self._commands("", CommandRoute(schema, kind, 201), reply)

    def command(
        self,
        name: str,
        schema: type[Command] = Command,
        reply: dict[str, Any] = DONE,
        after: Callable[[], None] = lambda: None,
    ) -> Callable[[Function], Function]:
        """`POST …/{id}/{name}`: `function(context, body, id)`; `after()` runs before the reply is sent."""
        return self._commands(name, CommandRoute(schema, None, 200, after), reply)

    def _commands(self, name: str, route: CommandRoute, reply: dict[str, Any]) -> Callable[[Function], Function]:
        def mark(function: Function) -> Function:
            complete = route._replace(function=function)
            self.commands[name] = complete
            view = complete.view()
            self.plain_route("POST", f"/<uuid:id>/{name}" if name else "", route.schema, route.status, reply)(view)
            return function

        return mark

    def lists(self, shape: Shape | dict[str, Any], query: type[Page] = Page, path: str = "") -> Callable[[V], V]:
        """`GET` of a page: `view(query)`. Its items have this shape, or JSON schema."""
        return self.plain_route("GET", path, query, 200, page_of(_schema(shape)))

    def shows(
        self, shape: Shape | dict[str, Any], query: type[Past] = Past, path: str = "/<uuid:id>"
    ) -> Callable[[V], V]:
        """`GET` of one thing, which has this shape, or JSON schema: `view(query, id)`."""
        return self.plain_route("GET", path, query, 200, _schema(shape))

    def plain_route(
        self, method: str, path: str, schema: type[Schema] | None, status: int, reply: dict[str, Any] | None = None
    ) -> Callable[[V], V]:
        """Any other route of the noun: `view(body or query, path’s parameters by name)`."""

        def mark(view: V) -> V:
            documented = self.response(status, reply)(view)
            if schema is not None:
                location = "query" if method == "GET" else "json"
                arguments = self.arguments(schema(), location=location, required=has_required(schema))
                documented = arguments(documented)
            self.add_url_rule(path, view_func=documented, methods=[method])
            return view

        return mark


def _schema(shape: Shape | dict[str, Any]) -> dict[str, Any]:
    return shape if isinstance(shape, dict) else schema_of(shape)


def has_required(schema: type[Schema]) -> bool:
    """Whether a body must be sent at all."""
    return any(field.required for field in schema._declared_fields.values())  # noqa: SLF001 - marshmallow has no public way
