"""The OpenAPI 3.1 description: routes with their docstrings and schemas, roles, headers and problem documents."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask
from flask_smorest import Api
from flask_smorest.utils import load_info_from_docstring, prepare_response
from marshmallow import Schema, fields
from werkzeug.routing import Rule

from api.http.policy import ANYONE
from api.http.problems import MEDIA_TYPE

ABOUT: Final = """Field service from the first contact to the satisfied customer.

Changes are commands; reads may query the past (`as_of`, `known_at`) and wait for what was just written (`at_least`).
Quantities are strings, money is whole minor units with a currency, instants are RFC 3339."""

HEADERS: Final[Mapping[str, dict[str, Any]]] = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "The same key and request give the same reply, however often they are sent.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "description": "The ETag that was read: 412 when the entity has changed since.",
        "schema": {"type": "string"},
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "description": "The ETag of a stored reply: 304 when nothing has changed.",
        "schema": {"type": "string"},
    },
}


def named(schema: Any) -> str:
    """The name of a schema in the description, with its module, as nouns share some names."""
    kind = schema if isinstance(schema, type) else type(schema)
    return f"{kind.__module__.rpartition('.')[2]}.{kind.__name__}"


class Flaw(Schema):
    """What is wrong with one member of the input."""

    pointer = fields.String(required=True, metadata={"description": "A JSON pointer to the member."})
    detail = fields.String(required=True)


class ProblemDocument(Schema):
    """What went wrong, and what to do (RFC 9457). Further members depend on the type."""

    type = fields.String(required=True, metadata={"description": "A URI whose last part is the code."})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    errors = fields.List(fields.Nested(Flaw))


class Description(Api):  # type: ignore[misc]  # flask-smorest has no types
    """flask-smorest's description with our problem documents, without its own error handlers and pages."""

    ERROR_SCHEMA = ProblemDocument

    def __init__(self, app: Flask) -> None:
        super().__init__(app, spec_kwargs={"marshmallow_plugin": MarshmallowPlugin(named)})

    def _register_error_handlers(self) -> None:
        """Register none: `api.http.problems` handles all errors."""

    def _register_responses(self) -> None:
        """Register a problem document for every error status."""
        named = [(status.name, status.phrase) for status in HTTPStatus if status >= HTTPStatus.BAD_REQUEST]
        for name, phrase in (*named, ("DEFAULT_ERROR", "A problem")):
            response = {"description": phrase, "schema": self.ERROR_SCHEMA}
            prepare_response(response, self.spec, MEDIA_TYPE)
            self.spec.components.response(name, response, lazy=True)


def openapi_document(app: Flask, api: Description, policy: Mapping[str, frozenset[str]]) -> dict[str, Any]:
    """The OpenAPI document, with every route of the application and the roles that may use it."""
    nouns = {tag["name"] for tag in api.spec.to_dict().get("tags", ())}
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if rule.endpoint.partition(".")[0] not in {*nouns, "static"}:
            api.spec.path(rule=rule, operations=_operations_of(app, rule))
    found: dict[str, Any] = api.spec.to_dict()
    for path, operations in found["paths"].items():
        for method, operation in operations.items():
            if method != "parameters":
                _add_security(operation, policy[f"{method.upper()} {path}"])
                _add_headers(operation, method, path)
    found["info"]["description"] = ABOUT
    components = found.setdefault("components", {})
    components["parameters"] = dict(HEADERS)
    components["securitySchemes"] = {
        "user": {"type": "http", "scheme": "bearer", "description": "A session of a user: `POST /api/v1/sessions`."},
        "device": {"type": "http", "scheme": "bearer", "description": "An access token: `POST /sync/v1/token`."},
    }
    return found


def _add_security(operation: dict[str, Any], allowed: frozenset[str]) -> None:
    operation["x-roles"] = sorted(allowed)
    if allowed == ANYONE:
        operation["security"] = []
    else:
        operation["security"] = [{"device" if "device" in allowed else "user": []}]


def _add_headers(operation: dict[str, Any], method: str, path: str) -> None:
    if not path.startswith("/api/") or path.startswith(("/api/v1/sessions", "/api/v1/me/")):
        return
    names = ["IfNoneMatch"] if path.endswith("{id}") else []
    if method == "post":
        names = ["IdempotencyKey", "IfMatch"] if "{id}" in path else ["IdempotencyKey"]
    operation.setdefault("parameters", []).extend({"$ref": f"#/components/parameters/{name}"} for name in names)


def _operations_of(app: Flask, rule: Rule) -> dict[str, Any]:
    """The OpenAPI operations of a route that belongs to no noun, from its docstring."""
    documentation = load_info_from_docstring(app.view_functions[rule.endpoint].__doc__ or rule.endpoint)
    tag = rule.endpoint.partition(".")[0]
    replies = {"200": {"description": "OK"}, "default": "DEFAULT_ERROR"}
    methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    return {method.lower(): {**documentation, "tags": [tag], "responses": dict(replies)} for method in methods}
