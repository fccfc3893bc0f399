"""The definition of a read model's table, declared beside the fold that fills it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from projections.engine.shapes import Shape, columns_of

Row = dict[str, Any]
Key = tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Table:
    """A table of rows that are dicts from column to value.

    One whose rows somebody is promised, by the API or in a document, is made by `of`, from their shape; of one that
    only folds read, the columns are enough.

    `columns` maps names to SQL types: `uuid`, `text`, `bigint`, `boolean`, `timestamptz`, `date`, `numeric` (without
    bounds: a sum may have more digits than its terms), `json` (any canonical JSON value) or `bytea`, each with
    `NOT NULL` where a value is required. A type must hold whatever the log does and a fold computes from it. `key`
    names the primary key; `indexes` are further column lists. Rows of an `append_only` table are never changed or
    looked up by a fold (histories, movements), so a batch writes them without reading any.
    """

    name: str
    columns: dict[str, str]
    key: tuple[str, ...]
    indexes: tuple[tuple[str, ...], ...] = field(default=())
    append_only: bool = False
    shape: Shape | None = None

    @classmethod
    def of(
        cls,
        name: str,
        shape: Shape,
        key: tuple[str, ...],
        indexes: tuple[tuple[str, ...], ...] = (),
        *,
        append_only: bool = False,
    ) -> Table:
        """The table of rows that have this shape, a column a member; raises `TypeError` as `columns_of` does."""
        return cls(name, columns_of(shape), key, indexes, append_only, shape)

    def key_of(self, row: Row) -> Key:
        """The key of a row."""
        return tuple(row[name] for name in self.key)
