"""The state of the projections: position, lag and number of rows of each."""

from __future__ import annotations

from collections.abc import Iterable

from projections.engine.checkpoints import shape_of
from projections.engine.projection import Projection
from projections.engine.reader import Reader
from projections.engine.replay import with_needs
from projections.engine.stored import VIEWS
from projections.engine.table import Row

_PARKED = "SELECT view, count(*) AS events FROM log.parked_events GROUP BY view"


def overview(reader: Reader, projections: Iterable[Projection]) -> list[Row]:
    """One row per projection: position, number of events it lacks, time of its last move, number of rows by table.

    `state` is `ready`, `outdated` (another shape of tables: to be rebuilt), `stopped` (its tables cannot be used: to be
    rebuilt) or `missing`. `parked` is the number of events left out because it could not fold them.
    """
    known = {
        row["name"]: row
        for row in reader.fetch_all("SELECT name, position, shape, moved_at, stopped_at FROM log.checkpoints")
    }
    parked = {row["view"]: row["events"] for row in reader.fetch_all(_PARKED)}
    head = reader.fetch_all("SELECT position FROM log.head")[0]["position"]
    return [
        _state_of(reader, each, known.get(each.name), head) | {"parked": parked.get(each.name, 0)}
        for each in with_needs(projections)
    ]


def _state_of(reader: Reader, projection: Projection, known: Row | None, head: int) -> Row:
    if known is None:
        return {"name": projection.name, "state": "missing", "position": 0, "lag": head, "moved_at": None, "rows": {}}
    outdated = known["shape"] != shape_of(projection)
    stopped = known["stopped_at"] is not None
    return {
        "name": projection.name,
        "state": "outdated" if outdated else "stopped" if stopped else "ready",
        "position": known["position"],
        "lag": head - known["position"],
        "moved_at": known["moved_at"],
        "rows": {} if outdated or stopped else {table.name: _count(reader, table.name) for table in projection.tables},
    }


def _count(reader: Reader, table: str) -> int:
    [counted] = reader.fetch_all(f"SELECT count(*) AS rows FROM {VIEWS}.{table}")  # noqa: S608 - a name of the code
    return int(counted["rows"])
