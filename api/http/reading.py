"""The one way of every reading route: now or as of the past, not before a position, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any, Final

from flask import Response, request

from api.http.cursors import Picture, decode_cursor, encode_cursor
from api.http.encoding import json_response
from api.http.names import names_of_items
from api.http.services import services
from domain.kernel.instant import now
from domain.kernel.problem import Kind, NotFound, Problem
from projections.engine.projection import Projection
from projections.engine.reader import Reader
from projections.past.place import QuestionTooLarge, QuestionTooLong

POSITION = "Callout-Position"
FRESH_SHARE: Final = 0.1
"""How much of the patience a question that names no position has for what had been recorded when it was asked."""


class ViewsBehind(Problem):
    """The views have not come as far as the position you asked for; ask again in a moment."""

    kind = Kind.UNAVAILABLE


@contextmanager
def open_reader(query: dict[str, Any], *projections: Projection) -> Iterator[Reader]:
    """The views as this query wants them: `at_least` a position, `as_of` what had happened, `known_at` what was known.

    `projections` are those whose tables the queries read. All pages of a list show what the first one has shown part
    of. Raises `ViewsBehind` when the wait takes too long, and the problems of `Views.reach` and of `PastDesk.at`.
    """
    picture = decode_cursor(query["cursor"]).picture if query.get("cursor") is not None else None
    query["moment"] = picture.moment if picture is not None else now()
    views, wanted = services().views, query.get("at_least")
    names = [each.name for each in projections]
    if wanted is not None and not views.reach(wanted, services().settings.patience, names):
        raise ViewsBehind
    as_of, known_at = query.get("as_of"), query.get("known_at")
    if as_of is None and known_at is None:
        if wanted is None:
            wait_for_recorded(names)
        if "limit" in query and projections:
            with _listing(projections, names, picture) as reader:
                yield reader
            return
        with views.now() as reader:
            yield reader
        return
    position = views.position_at(known_at) if isinstance(known_at, datetime) else known_at
    if known_at is None and picture is not None:
        position = picture.position
    with services().past.at(projections, known_at=position, as_of=as_of) as reader:
        yield reader


@contextmanager
def _listing(projections: Sequence[Projection], names: Sequence[str], picture: Picture | None) -> Iterator[Reader]:
    """The views as they stand, or for a further page as they stood, when something has changed in them meanwhile."""
    views = services().views
    if picture is not None and not views.reach(picture.position, services().settings.patience, names):
        raise ViewsBehind
    with ExitStack() as stack:
        reader = stack.enter_context(views.picture(projections))
        if picture is not None and views.has_changed(reader, projections, picture.position):
            stack.close()
            try:
                reader = stack.enter_context(services().past.at(projections, known_at=picture.position))
            except (QuestionTooLong, QuestionTooLarge):
                reader = stack.enter_context(views.picture(projections))
                reader.moved = True
        yield reader


def wait_for_recorded(names: Sequence[str] = ()) -> None:
    """Give the views (or those named) a moment to know what has been recorded by now."""
    services().views.catch_up(services().settings.patience * FRESH_SHARE, names)


def page_response(
    reader: Reader, query: dict[str, Any], rows: Sequence[dict[str, Any]], key: Sequence[str]
) -> Response:
    """One page of `rows`, of which the query asked for one more than the limit; `key` are the columns they go by."""
    items = rows[: query["limit"]]
    more = len(rows) > len(items)
    following = encode_cursor([items[-1][name] for name in key], _picture(reader, query)) if more else None
    told: dict[str, Any] = {"items": items, "next": following, "position": reader.position}
    told |= {"moved": True} if reader.moved else {}
    told |= {"names": names_of_items(items)} if query.get("names") else {}
    return json_response(told, headers=_position(reader))


def page_arguments(query: dict[str, Any]) -> dict[str, Any]:
    """The members of a query function's call that turn pages: one row more than wanted, behind the last one seen."""
    cursor = query.get("cursor")
    return {"limit": query["limit"] + 1, "after": None if cursor is None else decode_cursor(cursor).after()}


def filters(query: dict[str, Any]) -> dict[str, Any]:
    """The members of a query that are the noun's own filters."""
    return {name: value for name, value in query.items() if name not in _OF_EVERY_QUERY}


_OF_EVERY_QUERY: Final = {"limit", "cursor", "at_least", "as_of", "known_at", "moment", "names"}


def moment_of(query: dict[str, Any]) -> datetime:
    """The instant by which to judge what depends on the time: asked for, or that of the list's first page, or now."""
    moment: datetime = query.get("as_of") or query["moment"]
    return moment


def _picture(reader: Reader, query: dict[str, Any]) -> Picture | None:
    """The picture that the next page continues: that of the first one."""
    known = decode_cursor(query["cursor"]).picture if query.get("cursor") is not None else None
    if known is not None or reader.picture is None:
        return known
    return Picture(reader.picture, query["moment"])


def item_response(reader: Reader, row: dict[str, Any] | None, *, own: bool = True) -> Response:
    """One thing with its ETag; 304 when the asker has it. `own=False` when it shows more than its own stream says."""
    if row is None:
        raise NotFound
    headers = _position(reader)
    if "version" in row:
        headers["ETag"] = f'"{row["version"]}"'
        if own and request.if_none_match.contains_weak(str(row["version"])):
            return Response(status=304, headers=headers)
    return json_response(row, headers=headers)


def _position(reader: Reader) -> dict[str, str]:
    return {POSITION: str(reader.position)}
