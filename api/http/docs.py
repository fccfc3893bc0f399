"""The API's documentation for machines (`/openapi.json`) and people (`/docs`), made from the routes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple, cast

from flask import Blueprint, Response, current_app, render_template
from markupsafe import Markup, escape

from api.http.encoding import json_response

docs = Blueprint("docs", __name__)
METHODS = ("get", "post", "put", "patch", "delete")


class Member(NamedTuple):
    """One member of a body, parameter or reply, for the page."""

    name: str
    kind: str
    required: bool
    about: str


class Route(NamedTuple):
    """One route, for the page."""

    tag: str
    method: str
    path: str
    summary: str
    about: str
    roles: list[str]
    parameters: list[Member]
    body: list[Member]
    replies: list[tuple[str, str, list[Member]]]


@docs.get("/openapi.json")
def openapi() -> Response:
    """The OpenAPI description of every route."""
    return json_response(_description())


@docs.get("/docs")
def page() -> str:
    """Every route with its roles, parameters, members and replies."""
    found = _description()
    routes = sorted(_routes(found), key=lambda route: (route.tag, route.path, route.method))
    tags = {tag["name"]: tag.get("description", "") for tag in found.get("tags", ())}
    groups = [(tag, tags.get(tag, ""), list(of)) for tag, of in groupby(routes, key=lambda route: route.tag)]
    return render_template("docs.html", info=found["info"], groups=groups, as_html=_as_html)


def _as_html(text: str) -> Markup:
    """Plain text as HTML, with text in backticks as code."""
    pieces = [escape(piece) for piece in text.split("`")]
    marked = [Markup("<code>{}</code>").format(piece) if at % 2 else piece for at, piece in enumerate(pieces)]
    return Markup("").join(marked)


def _description() -> dict[str, Any]:
    return cast("dict[str, Any]", current_app.extensions["callout.description"])


def _routes(found: dict[str, Any]) -> Iterator[Route]:
    for path, operations in found["paths"].items():
        shared = operations.get("parameters", [])
        for method in METHODS:
            if (operation := operations.get(method)) is not None:
                yield Route(
                    operation["tags"][0],
                    method.upper(),
                    path,
                    operation.get("summary", ""),
                    operation.get("description", ""),
                    operation["x-roles"],
                    [_parameter(found, each) for each in (*shared, *operation.get("parameters", ()))],
                    _members(found, operation.get("requestBody", {})),
                    [
                        (status, _resolved(found, reply).get("description", ""), _members(found, reply))
                        for status, reply in sorted(operation["responses"].items())
                        if status.startswith("2")
                    ],
                )


def _resolved(found: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """The target of a `$ref`, or the value itself."""
    while "$ref" in given:
        target: Any = found
        for step in given["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        given = target
    return given


def _parameter(found: dict[str, Any], given: dict[str, Any]) -> Member:
    parameter = _resolved(found, given)
    kind = f"{parameter['in']}: {_kind(found, parameter.get('schema', {}))}"
    return Member(parameter["name"], kind, parameter.get("required", False), parameter.get("description", ""))


def _members(found: dict[str, Any], holder: dict[str, Any], prefix: str = "") -> list[Member]:
    content: dict[str, Any] = next(iter(_resolved(found, holder).get("content", {}).values()), {})
    return list(_of_schema(found, content.get("schema", {}), prefix))


def _of_schema(found: dict[str, Any], given: dict[str, Any], prefix: str) -> Iterator[Member]:
    schema = _resolved(found, given)
    required = schema.get("required", ())
    for name, inner in schema.get("properties", {}).items():
        shape = _resolved(found, inner)
        yield Member(prefix + name, _kind(found, inner), name in required, shape.get("description", ""))
        if shape.get("type") == "array":
            yield from _of_schema(found, shape.get("items", {}), f"{prefix}{name}[].")
        else:
            yield from _of_schema(found, shape, f"{prefix}{name}.")


def _kind(found: dict[str, Any], given: dict[str, Any]) -> str:
    """A type as short text: `text, 1 to 64`, `one of none, lot, serial`."""
    schema = _resolved(found, given)
    if "enum" in schema:
        return "one of " + ", ".join(str(word) for word in schema["enum"])
    kind = schema.get("type", "any JSON")
    words = " or ".join(kind) if isinstance(kind, list) else str(kind)
    if "format" in schema:
        words += f" ({schema['format']})"
    for least, most in (("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems")):
        if least in schema or most in schema:
            words += f", {schema.get(least, 0)} to {schema.get(most, 'any')}"
    return words
