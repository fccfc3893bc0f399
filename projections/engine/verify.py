"""Verify: whether the live views equal a fold of the log, row by row."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from projections.engine import checkpoints
from projections.engine.filling import Filling, Progress
from projections.engine.projection import Projection
from projections.engine.replay import with_needs, without_garbage_collection
from projections.engine.stored import VIEWS
from store import tables
from store.comparing import Difference, differences
from store.log import EventLog
from store.tables import TEMPORARY, discarding

MOST = 1_000


class Verified(NamedTuple):
    """The result of verifying one projection up to `position`.

    `rows` is the number of expected rows by table; `differences` has those of the first `MOST` rows of each table.
    """

    name: str
    position: int
    rows: dict[str, int]
    differences: list[Difference]


def verify(
    log: EventLog,
    projections: Iterable[Projection],
    names: Collection[str] = (),
    progress: Progress | None = None,
) -> Iterator[Verified]:
    """Compare the tables of each projection (or of those named) with a fold from the first event on.

    One after the other, so that only one view is in memory. The fold is caught up and compared within one snapshot of
    rows and checkpoint, while writers, readers and the projector continue. Projections that wait for a rebuild are left
    out.
    """
    for projection in with_needs(projections):
        if projection.name in names or not names:
            verified = _verified(log, projection, progress)
            if verified is not None:
                yield verified


def _verified(log: EventLog, projection: Projection, progress: Progress | None) -> Verified | None:
    with log.pool.connection() as session, discarding(session), session.cursor() as cursor:
        stored = checkpoints.sound(checkpoints.read(cursor), [projection]).get(projection.name)
        if stored is None:
            return None
        filling = Filling(log.reader, [projection], TEMPORARY)
        filling.create(cursor)
        with without_garbage_collection():
            filling.fill(cursor, stored.position, progress=progress)
        with tables.snapshot(cursor, VIEWS, projection.tables):
            position = checkpoints.read(cursor)[projection.name].position
            filling.advance(cursor, position)
            found = [
                difference
                for table in projection.tables
                for difference in differences(cursor, table, live=VIEWS, expected=TEMPORARY, most=MOST)
            ]
            counts = {table.name: tables.count(cursor, TEMPORARY, table) for table in projection.tables}
    return Verified(projection.name, position, counts, found)
