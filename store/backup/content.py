"""The content of a backup: the tables in the schemas of the migrations, apart from views, which can be rebuilt."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from store.connecting import Cursor

VIEWS: Final = ("views", "views_next")
LEFT_OUT: Final = frozenset({"log.checkpoints", "log.heartbeats", "log.job_slots", "log.jobs"})
"""Checkpoints of views, which are rebuilt; jobs; and heartbeats of workers."""
_LAST: Final = "log.head"
"""Triggers of other tables write to it while they are filled."""


class Content(NamedTuple):
    """A table with the columns that can be written, and its size in bytes."""

    schema: str
    name: str
    columns: list[str]
    size: int

    def __str__(self) -> str:
        """The name in SQL."""
        return f"{self.schema}.{self.name}"


@cache
def schemas() -> tuple[str, ...]:
    """The schemas that the migrations create."""
    sql = sorted(file.name for file in files("migrations").iterdir() if file.name.endswith(".sql"))
    texts = [files("migrations").joinpath(name).read_text() for name in sql]
    return tuple(name for text in texts for name in re.findall(r"^CREATE SCHEMA (\w+);", text, re.MULTILINE))


def tables(cursor: Cursor) -> list[Content]:
    """The tables, each after those that its rows reference."""
    cursor.execute(
        """
        SELECT n.nspname, c.relname, array_agg(a.attname::text ORDER BY a.attnum), pg_table_size(c.oid), c.oid::bigint
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_attribute a
                ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
        WHERE n.nspname = ANY(%s) AND n.nspname <> ALL(%s) AND c.relkind = 'r'
        GROUP BY n.nspname, c.relname, c.oid
        ORDER BY n.nspname || '.' || c.relname = %s, n.nspname, c.relname
        """,
        (list(schemas()), list(VIEWS), _LAST),
    )
    found = {oid: Content(*row) for *row, oid in cursor.fetchall()}
    cursor.execute(
        """
        SELECT conrelid::bigint, confrelid::bigint FROM pg_constraint
        WHERE contype = 'f' AND conrelid <> confrelid AND conrelid = ANY(%s::bigint[]::oid[])
        """,
        (list(found),),
    )
    needs: dict[int, set[int]] = {oid: set() for oid in found}
    for table, needed in cursor.fetchall():
        needs[table].add(needed)
    ordered: list[Content] = []
    while found:
        free = next(oid for oid in found if not needs[oid] & found.keys())
        ordered.append(found.pop(free))
    return [each for each in ordered if str(each) not in LEFT_OUT]


def sequences(cursor: Cursor) -> dict[str, int]:
    """The last value of each sequence that was used."""
    cursor.execute(
        """
        SELECT format('%%I.%%I', schemaname, sequencename), last_value FROM pg_sequences
        WHERE schemaname = ANY(%s) AND schemaname <> ALL(%s) AND last_value IS NOT NULL
        """,
        (list(schemas()), list(VIEWS)),
    )
    return dict(cursor.fetchall())
