"""The operations that wait, out of the views."""

from __future__ import annotations

from collections.abc import Sequence

from projections.operations import held
from projections.past import Views
from sync.holding import Held


class HeldOperations:
    """Held operations as `sync.holding.Waiting` asks for them, from PostgreSQL."""

    def __init__(self, views: Views) -> None:
        self._views = views

    def held(self, limit: int) -> Sequence[Held]:
        """At most `limit` of them, the longest waiting first, a group's in the order of their numbers."""
        with self._views.now() as reader:
            rows = held(reader, limit)
        return [Held(row["operation"], row["device"], row["of_group"], row["recorded_at"]) for row in rows]
