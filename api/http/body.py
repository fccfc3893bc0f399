"""The JSON body of a request."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Request

from domain.kernel.bad_input import bad_member
from domain.kernel.characters import may_be_unfit, unfit_place
from domain.kernel.problem import BadInput, Kind, Problem


class UnsupportedMediaType(Problem):
    """Send the body as application/json."""

    kind = Kind.UNSUPPORTED


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
        raise bad_member("", detail) from None
    return checked_object(body, raw)


def checked_object(body: Any, raw: bytes) -> dict[str, Any]:
    """The body, whose JSON text is `raw`; raises `BadInput` unless it is an object without control characters."""
    if not isinstance(body, dict):
        raise BadInput.of_member("", "This is an object.", summary="The body is a JSON object.")
    if may_be_unfit(raw) and (pointer := unfit_place(body)) is not None:
        raise control_character_problem(pointer)
    return body


def control_character_problem(pointer: str) -> BadInput:
    """The problem for a text with control characters in a body, query or path."""
    return bad_member(pointer, "This is a text without control characters.")
