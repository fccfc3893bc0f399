"""Shared by all reading routes: a reader of the views now or in the past, pages of lists, single items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any, Final

from flask import Response, request

from api.http.cursors import Picture, decode_cursor, encode_cursor
from api.http.encoding import json_response
from api.http.names import names_of_items
from api.http.services import services
from commands.running.open_work import ViewsBehind
from domain.kernel.instant import now
from domain.kernel.problem import NotFound
from projections.engine.projection import Projection
from projections.engine.reader import Reader
from projections.past.place import QuestionTooLarge, QuestionTooLong

POSITION = "Callout-Position"
FRESH_SHARE: Final = 0.1
"""The share of `patience` for which a query without `at_least` waits for what was recorded before it."""


@contextmanager
def open_reader(query: dict[str, Any], *projections: Projection) -> Iterator[Reader]:
    """A reader of the views that honours `at_least` (a position), `as_of` (had happened) and `known_at` (was recorded).

    `projections` are those whose tables are read. All pages of a list show the snapshot of its first page. Raises
    `ViewsBehind` when the wait takes too long, and the problems of `Views.reach` and of `PastDesk.at`.
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
            with _list_reader(projections, names, picture) as reader:
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
def _list_reader(projections: Sequence[Projection], names: Sequence[str], picture: Picture | None) -> Iterator[Reader]:
    """A reader of the current views; for a further page, of the first page's snapshot where the views have changed."""
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
    """Wait a moment until the views (or those named) have processed what has been recorded by now."""
    services().views.catch_up(services().settings.patience * FRESH_SHARE, names)


def page_response(
    reader: Reader, query: dict[str, Any], rows: Sequence[Mapping[str, Any]], key: Sequence[str]
) -> Response:
    """One page of `rows`, which has one row more than the limit if there are more; `key` are the sort columns."""
    items = rows[: query["limit"]]
    more = len(rows) > len(items)
    following = encode_cursor([items[-1][name] for name in key], _picture(reader, query)) if more else None
    body: dict[str, Any] = {"items": items, "next": following, "position": reader.position}
    body |= {"moved": True} if reader.moved else {}
    body |= {"names": names_of_items(items)} if query.get("names") else {}
    return json_response(body, headers=_position(reader))


def page_arguments(query: dict[str, Any]) -> dict[str, Any]:
    """The paging arguments of a query function: `limit` (one more than the page) and `after` (the last key seen)."""
    cursor = query.get("cursor")
    return {"limit": query["limit"] + 1, "after": None if cursor is None else decode_cursor(cursor).after()}


def filters(query: dict[str, Any]) -> dict[str, Any]:
    """The members of a query that are filters of the noun itself."""
    return {name: value for name, value in query.items() if name not in _OF_EVERY_QUERY}


_OF_EVERY_QUERY: Final = {"limit", "cursor", "at_least", "as_of", "known_at", "moment", "names"}


def moment_of(query: dict[str, Any]) -> datetime:
    """The instant for what depends on the time: `as_of`, else that of the list's first page, else now."""
    moment: datetime = query.get("as_of") or query["moment"]
    return moment


def _picture(reader: Reader, query: dict[str, Any]) -> Picture | None:
    """The snapshot that the next page continues: that of the first page."""
    known = decode_cursor(query["cursor"]).picture if query.get("cursor") is not None else None
    if known is not None or reader.picture is None:
        return known
    return Picture(reader.picture, query["moment"])


def item_response(reader: Reader, row: Mapping[str, Any] | None, *, own: bool = True) -> Response:
    """One row with its ETag, 304 for a matching `If-None-Match`; raises `NotFound` for None.

    `own=False` when the row shows more than its own stream: then there is no 304.
    """
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
