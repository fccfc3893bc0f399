"""A request to the server, its answer, and the error for a refusal."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from http import HTTPStatus as Http
from typing import Any, NamedTuple

from .errors import OfflineError, RefusedError
from .json_text import Json
from .world import Reply

Make = Callable[[], bytes]


class Request(NamedTuple):
    """A request; `make` returns the body for each attempt, since a push has the current time.

    `members` must be in the answer. If not `patient`, it is sent once, whatever happened before.
    """

    method: str
    path: str
    members: Sequence[str] = ()
    make: Make | None = None
    headers: Mapping[str, str] = {}
    authorized: bool = True
    wait: int = 0
    patient: bool = True


class Answer(NamedTuple):
    """The answer of a server that speaks the protocol."""

    fields: Json
    headers: Mapping[str, str]


def to_answer(reply: Reply) -> Answer:
    """The answer in a reply; raises OfflineError when another attempt may help, otherwise RefusedError."""
    parsed: Any = None
    with suppress(ValueError):
        parsed = json.loads(reply.body)
    fields: Json = parsed if isinstance(parsed, dict) else {}
    if reply.status in range(200, 300):
        return Answer(fields, reply.headers)
    detail = str(fields.get("detail") or fields.get("title") or f"The server answered {reply.status}.")
    later = reply.headers.get("retry-after", "")
    busy = reply.status == Http.TOO_MANY_REQUESTS or reply.status >= Http.INTERNAL_SERVER_ERROR
    delay = float(later) if re.fullmatch(r"\d{1,9}", later) else None
    raise (OfflineError if busy else RefusedError)(detail, reply.status, fields, delay)
