"""The held operations, read from the views."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from projections.access.operation_queries import all_ripe, overdue_page, reached, ripe
from projections.engine.table import Row
from projections.engine.views import Views
from sync.ports import Found, Held, Watermark


class HeldOperations:
    """Held operations as `sync.ports.Waiting` asks for them, from PostgreSQL."""

    def __init__(self, views: Views) -> None:
        self._views = views

    def ripe(self, after: Watermark | None, held_before: datetime, overdue: int = 0) -> Found:
        """The groups that were held, or of group_key needs one was settled, since `after`; without it, all such.

        And those that were held before `held_before`: when there are many, the next ones after the position
        `overdue`.
        """
        with self._views.now() as reader:
            through = Watermark(*reached(reader))
            late = overdue_page(reader, held_before, overdue)
            rows = all_ripe(reader, late) if after is None else ripe(reader, after, through.log, late)
            return Found(through, held_groups(rows), late.through if late.more else 0)


def held_groups(rows: Iterable[Row]) -> list[Held]:
    """Those of one device, incarnation and group together, everything else alone; a device's in its own order."""
    groups = [list(rows) for _, rows in groupby(sorted(rows, key=group_key), key=group_key)]
    found = [
        Held(
            group[0]["device"],
            tuple(sorted(row["text_version"] for row in group)),
            min(row["recorded_at"] for row in group),
        )
        for group in groups
    ]
    return sorted(found, key=lambda held: (held.device.int, held.versions))


def group_key(row: Row) -> tuple[str, int, str, int]:
    """The key of the group of a held operation."""
    alone = row["text_version"] if row["of_group"] is None else 0
    return str(row["device"]), row["incarnation"] or 0, row["of_group"] or "", alone
