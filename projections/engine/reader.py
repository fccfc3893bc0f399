"""Reading the views, as of now or of the past."""

from __future__ import annotations

from typing import TypeVar, cast

from store.connecting import Cursor
from store.pool import Params
from store.rows import Row, rows_of

T = TypeVar("T")


class Reader:
    """Answers SELECTs over the views. `position` is that of the last event that the answers are sure to include.

    `picture` is the exact position of the views that were asked for, when all answers are as of one moment. `moved` is
    set when answers are as of now, because those of an earlier moment would have taken too long.
    """

    picture: int | None = None
    moved: bool = False

    def __init__(self, cursor: Cursor, position: int, picture: int | None = None) -> None:
        self._cursor = cursor
        self.position = position
        self.picture = picture

    def fetch_all(self, sql: str, params: Params | None = None) -> list[Row]:
        """All rows, as dicts by column."""
        self._cursor.execute(sql, params)
        return rows_of(self._cursor)

    def fetch_one(self, sql: str, params: Params | None = None) -> Row | None:
        """The first row, or `None`."""
        return next(iter(self.fetch_all(sql, params)), None)

    def rows(self, shape: type[T], sql: str, params: Params | None = None) -> list[T]:
        """All rows, which have this shape: the query must select its members."""
        del shape
        return cast("list[T]", self.fetch_all(sql, params))

    def row(self, shape: type[T], sql: str, params: Params | None = None) -> T | None:
        """The first row, which has this shape, or `None`."""
        return next(iter(self.rows(shape, sql, params)), None)
