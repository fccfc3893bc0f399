"""Checkpoints: the position that each projection has reached, and the shape of its tables and folds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import NamedTuple, cast

from projections.engine.projection import Projection
from projections.engine.replay import with_needs
from store.connecting import Cursor


class Checkpoint(NamedTuple):
    """The progress of a projection: its rows include every event up to `position`, except parked ones.

    A stopped projection keeps its position until it is rebuilt.
    """

    name: str
    position: int
    shape: str
    moved_at: datetime
    stopped_at: datetime | None = None
    stopped_by: str | None = None


_SELECT = "SELECT name, position, shape, moved_at, stopped_at, stopped_by FROM log.checkpoints"


@cache
def shape_of(projection: Projection) -> str:
    """A fingerprint of a projection and of all it needs; a stored one that differs calls for a rebuild."""
    described = [
        (each.name, each.version, sorted(each.folds), [(t.name, t.columns, t.key, t.indexes) for t in each.tables])
        for each in with_needs([projection])
    ]
    return sha256(repr(described).encode()).hexdigest()[:32]


def head(cursor: Cursor) -> int:
    """The last position of the log."""
    cursor.execute("SELECT position FROM log.head")
    [(position,)] = cursor.fetchall()
    return int(position)


def read(cursor: Cursor, *, lock: bool = False) -> dict[str, Checkpoint]:
    """All checkpoints by name; with `lock` their rows are locked until the transaction ends."""
    cursor.execute(f"{_SELECT} ORDER BY name {'FOR UPDATE' if lock else ''}")
    return {row[0]: Checkpoint(*row) for row in cursor.fetchall()}


def sound(checkpoints: Mapping[str, Checkpoint], projections: Iterable[Projection]) -> dict[str, Checkpoint]:
    """The checkpoints of those projections whose tables have the shape that the code asks for.

    Stopped ones are left out, and those that need them.
    """
    return {
        each.name: checkpoints[each.name]
        for each in projections
        if each.name in checkpoints and checkpoints[each.name].shape == shape_of(each) and _moves(each, checkpoints)
    }


def _moves(projection: Projection, checkpoints: Mapping[str, Checkpoint]) -> bool:
    known = (checkpoints.get(each.name) for each in with_needs([projection]))
    return all(each is None or each.stopped_at is None for each in known)


def stopped(cursor: Cursor) -> set[str]:
    """The names of the projections that are stopped."""
    cursor.execute("SELECT name FROM log.checkpoints WHERE stopped_at IS NOT NULL")
    return {name for (name,) in cursor.fetchall()}


def stop(cursor: Cursor, names: Collection[str], error: str) -> None:
    """Stop these projections until they are rebuilt; `error` is the reason, without values."""
    cursor.execute(
        """
        UPDATE log.checkpoints SET stopped_at = now(), stopped_by = %s WHERE name = ANY(%s) AND stopped_at IS NULL
        """,
        (error, list(names)),
    )


def move(cursor: Cursor, names: Collection[str], position: int) -> datetime:
    """Set the position of these projections and wake up those who wait for it; the instant that is stored with it."""
    cursor.execute(
        """
        WITH moved AS (UPDATE log.checkpoints SET position = %(position)s, moved_at = now() WHERE name = ANY(%(names)s))
        SELECT now(), pg_notify('views', %(position)s::text)
        """,
        {"position": position, "names": list(names)},
    )
    [(moved_at, _)] = cursor.fetchall()
    return cast("datetime", moved_at)


def place(cursor: Cursor, projections: Iterable[Projection], position: int) -> None:
    """Store the shape and position of these projections."""
    for each in projections:
        cursor.execute(
            """
            INSERT INTO log.checkpoints (name, position, shape) VALUES (%s, %s, %s)
            ON CONFLICT (name) DO UPDATE SET
                position = excluded.position, shape = excluded.shape, moved_at = now(),
                stopped_at = NULL, stopped_by = NULL
            """,
            (each.name, position, shape_of(each)),
        )
    move(cursor, [], position)


def forget_all_but(cursor: Cursor, names: Collection[str]) -> None:
    """Delete the checkpoints of projections that no longer exist."""
    cursor.execute("DELETE FROM log.checkpoints WHERE name <> ALL(%s)", (list(names),))
