"""The people behind events: all ids of one person, as a user and as a technician."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from projections.engine.reader import Reader


def people_behind(reader: Reader, positions: Collection[int]) -> set[UUID]:
    """All ids of the actors of the events at these positions. Reads the views `users` and `technicians`."""
    rows = reader.fetch_all(
        """
        WITH actors AS (SELECT DISTINCT actor AS id FROM log.events WHERE position = ANY(%s) AND actor IS NOT NULL)
        SELECT id FROM actors
        UNION
        SELECT t.user_id FROM technicians t JOIN actors USING (id) WHERE t.user_id IS NOT NULL
        UNION
        SELECT t.id FROM technicians t JOIN actors ON actors.id = t.user_id
        UNION
        SELECT u.technician FROM users u JOIN actors USING (id) WHERE u.technician IS NOT NULL
        UNION
        SELECT u.id FROM users u JOIN actors ON actors.id = u.technician
        """,
        (list(positions),),
    )
    return {row["id"] for row in rows}
