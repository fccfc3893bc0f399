"""A noun of the API: its routes, each with the schema at its door and the shape of its reply."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

import orjson
from flask import Request, Response
from flask_smorest import Blueprint
from marshmallow import RAISE, Schema, ValidationError
from webargs.flaskparser import FlaskParser

from api.http.fields import spelled
from api.http.schemas import DONE, Command, Page, Past, page_of, row_of
from domain.kernel.characters import may_be_unfit, unfit_place
from domain.kernel.problem import BadInput, Kind, Problem
from projections.engine.table import Table

PREFIX = "/api/v1"
View = Callable[..., Response]
V = TypeVar("V", bound=View)


class UnsupportedMediaType(Problem):
    """Send the body as application/json."""

    kind = Kind.UNSUPPORTED


class Door(FlaskParser):
    """Reads JSON bodies and query strings; what does not fit is named by JSON pointers."""

    DEFAULT_VALIDATION_STATUS = 400
    DEFAULT_UNKNOWN_BY_LOCATION = {"json": RAISE, "query": RAISE}  # noqa: RUF012 - webargs declares it so

    def load_json(self, req: Request, schema: Schema) -> Any:
        """The body as an object; none at all is an empty one."""
        del schema
        return body_of(req)

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        """The query's members, each given once at most."""
        del schema
        twice = [name for name, values in req.args.lists() if len(values) > 1]
        if twice:
            raise BadInput(errors=[{"pointer": f"/{name}", "detail": "Give this once."} for name in twice])
        return req.args.to_dict()

    def handle_error(
        self, error: ValidationError, req: Request, schema: Schema, *, error_status_code: Any, error_headers: Any
    ) -> NoReturn:
        """Every message with the pointer of what it is about."""
        del req, schema, error_status_code, error_headers
        messages = error.messages_dict
        errors = [pair for location in messages.values() for pair in spelled(location)]
        raise BadInput(f"{len(errors)} of the input’s members must be corrected." if errors[1:] else "", errors=errors)


def body_of(req: Request) -> dict[str, Any]:
    """The request's JSON object; raises `BadInput` or `UnsupportedMediaType` for anything else."""
    raw = req.get_data()
    if not raw:
        return {}
    if not req.is_json:
        raise UnsupportedMediaType
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        detail = f"The body is not JSON (line {error.lineno}, column {error.colno})."
        raise BadInput(detail, errors=[{"pointer": "", "detail": detail}]) from None
    if not isinstance(body, dict):
        raise BadInput("The body is a JSON object.", errors=[{"pointer": "", "detail": "This is an object."}])
    if may_be_unfit(raw) and (pointer := unfit_place(body)) is not None:
        raise unfit(pointer)
    return body


def unfit(pointer: str) -> BadInput:
    """The problem of a text with characters that nothing here can hold, in a body, a query or a path."""
    detail = "This is a text without control characters."
    return BadInput(detail, errors=[{"pointer": pointer, "detail": detail}])


class Noun(Blueprint):  # type: ignore[misc]  # flask-smorest has no types
    """The routes of one noun under `/api/v1`. Every view returns a `Response`; its docstring is its documentation."""

    ARGUMENTS_PARSER = Door()

    def __init__(self, name: str, description: str, *, prefix: str = PREFIX) -> None:
        super().__init__(name, __name__, url_prefix=f"{prefix}/{name}", description=description)

    def creates(self, schema: type[Schema], reply: dict[str, Any] = DONE) -> Callable[[V], V]:
        """`POST` on the collection: `view(body)`."""
        return self.opens("POST", "", schema, 201, reply)

    def command(self, word: str, schema: type[Schema] = Command, reply: dict[str, Any] = DONE) -> Callable[[V], V]:
        """`POST …/{id}/{word}`: `view(body, id)`."""
        return self.opens("POST", f"/<uuid:id>/{word}", schema, 200, reply)

    def lists(self, table: Table | dict[str, Any], query: type[Page] = Page, path: str = "") -> Callable[[V], V]:
        """`GET` of a page: `view(query)`."""
        return self.opens("GET", path, query, 200, page_of(row_of(table) if isinstance(table, Table) else table))

    def shows(
        self, table: Table | dict[str, Any], query: type[Past] = Past, path: str = "/<uuid:id>"
    ) -> Callable[[V], V]:
        """`GET` of one thing: `view(query, id)`."""
        return self.opens("GET", path, query, 200, row_of(table) if isinstance(table, Table) else table)

    def opens(
        self, method: str, path: str, schema: type[Schema] | None, status: int, reply: dict[str, Any] | None = None
    ) -> Callable[[V], V]:
        """Any other route of the noun: `view(body or query, path’s parameters by name)`."""

        def mark(view: V) -> V:
            described = self.response(status, reply)(view)
            if schema is not None:
                location = "query" if method == "GET" else "json"
                described = self.arguments(schema(), location=location, required=has_required(schema))(described)
            self.add_url_rule(path, view_func=described, methods=[method])
            return view

        return mark


def has_required(schema: type[Schema]) -> bool:
    """Whether a body must be sent at all."""
    return any(field.required for field in schema._declared_fields.values())  # noqa: SLF001 - marshmallow's own way
