"""What a query asks: the views as they stand, or as they stood."""

from __future__ import annotations

from store.connecting import Cursor
from store.pool import Params
from store.rows import Row, rows_of


class Reader:
    """Answers SELECTs over the views. `position` is that of the last event the answers are sure to know."""

    def __init__(self, cursor: Cursor, position: int) -> None:
        self._cursor = cursor
        self.position = position

    def fetch_all(self, sql: str, params: Params | None = None) -> list[Row]:
        """All rows, as dicts by column."""
        self._cursor.execute(sql, params)
        return rows_of(self._cursor)

    def fetch_one(self, sql: str, params: Params | None = None) -> Row | None:
        """The first row, or `None`."""
        return next(iter(self.fetch_all(sql, params)), None)
