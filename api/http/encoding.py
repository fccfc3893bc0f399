"""JSON replies."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response
from flask.json.provider import JSONProvider

from domain.kernel.json_text import encode

JSON = "application/json"


def json_response(
    value: Any, status: int = 200, headers: dict[str, str] | None = None, mimetype: str = JSON
) -> Response:
    """A JSON reply."""
    return Response(encode(value), status, headers, mimetype)


class Orjson(JSONProvider):
    """The JSON provider of Flask."""

    def dumps(self, obj: Any, **_: Any) -> str:
        """JSON text."""
        return encode(obj).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        """The value of a JSON text."""
        return orjson.loads(s)
