"""The one way of every reading route: now or as of the past, not before a position, page by page."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

import orjson
from flask import Response, request

from api.called import names_in
from api.encoding import answer, encode
from api.services import services
from domain.problem import BadInput, Kind, NotFound, Problem
from projections.projection import Projection
from projections.reader import Reader

POSITION = "Callout-Position"
_SIGNATURE: Final = 16
FRESH_SHARE: Final = 0.1
"""How much of the patience a question that names no position has for what had been recorded when it was asked."""


class ViewsBehind(Problem):
    """The views have not come as far as the position you asked for; ask again in a moment."""

    kind = Kind.UNAVAILABLE


@contextmanager
def looking(query: dict[str, Any], *projections: Projection) -> Iterator[Reader]:
    """The views as this query wants them: `at_least` a position, `as_of` what had happened, `known_at` what was known.

    `projections` are those whose tables the queries read. Raises `ViewsBehind` when the wait takes too long, and the
    problems of `Views.reach` and of `PastDesk.at`.
    """
    views, wanted = services().views, query.get("at_least")
    names = [each.name for each in projections]
    if wanted is not None and not views.reach(wanted, services().settings.patience, names):
        raise ViewsBehind
    as_of, known_at = query.get("as_of"), query.get("known_at")
    if as_of is None and known_at is None:
        if wanted is None:
            see_what_was_written(names)
        with views.now() as reader:
            yield reader
        return
    position = views.position_at(known_at) if isinstance(known_at, datetime) else known_at
    with services().past.at(projections, known_at=position, as_of=as_of) as reader:
        yield reader


def see_what_was_written(names: Sequence[str] = ()) -> None:
    """Give the views (or those named) a moment to know what has been recorded by now."""
    services().views.catch_up(services().settings.patience * FRESH_SHARE, names)


def page(reader: Reader, query: dict[str, Any], rows: Sequence[dict[str, Any]], key: Sequence[str]) -> Response:
    """One page of `rows`, of which the query asked for one more than the limit; `key` are the columns they go by."""
    items = rows[: query["limit"]]
    more = len(rows) > len(items)
    following = _sealed([items[-1][name] for name in key]) if more else None
    told = {"items": items, "next": following, "position": reader.position}
    return answer(told | ({"names": names_in(items)} if query.get("names") else {}), headers=_position(reader))


def paged(query: dict[str, Any]) -> dict[str, Any]:
    """The members of a query function's call that turn pages: one row more than wanted, behind the last one seen."""
    cursor = query.get("cursor")
    return {"limit": query["limit"] + 1, "after": None if cursor is None else _opened(cursor)}


def filters(query: dict[str, Any]) -> dict[str, Any]:
    """The members of a query that are the noun's own filters."""
    return {name: value for name, value in query.items() if name not in _OF_EVERY_QUERY}


_OF_EVERY_QUERY: Final = {"limit", "cursor", "at_least", "as_of", "known_at", "names"}


def one(reader: Reader, row: dict[str, Any] | None, *, own: bool = True) -> Response:
    """One thing with its ETag; 304 when the asker has it. `own=False` when it shows more than its own stream says."""
    if row is None:
        raise NotFound
    headers = _position(reader)
    if "version" in row:
        headers["ETag"] = f'"{row["version"]}"'
        if own and request.if_none_match.contains_weak(str(row["version"])):
            return Response(status=304, headers=headers)
    return answer(row, headers=headers)


def _position(reader: Reader) -> dict[str, str]:
    return {POSITION: str(reader.position)}


def _signature(payload: bytes, secret: bytes) -> bytes:
    return hmac.digest(secret, request.path.encode() + b"\x00" + payload, "sha256")[:_SIGNATURE]


def _sealed(values: list[Any]) -> str:
    payload = encode(values)
    return urlsafe_b64encode(_signature(payload, services().access.secret("cursors")) + payload).decode().rstrip("=")


def _opened(cursor: str) -> Any:
    """The key behind which the page begins: a tuple, or the value itself where one column is the key."""
    try:
        raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
    except (NotBase64, ValueError):
        raw = b""
    signature, payload = raw[:_SIGNATURE], raw[_SIGNATURE:]
    secrets = services().access.secrets.accepted("cursors")
    if not any(hmac.compare_digest(signature, _signature(payload, secret)) for secret in secrets):
        detail = "This cursor is not one of this list; begin again without one."
        raise BadInput(detail, errors=[{"pointer": "/cursor", "detail": detail}])
    values = orjson.loads(payload)
    return tuple(values) if len(values) > 1 else values[0]
