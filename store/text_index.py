"""The index by which an erasure finds texts of quarantined and held operations: the ids of customers and of texts.

Nothing here lets PostgreSQL parse JSON: a device may have sent text that it cannot parse. Members are found by their
notation: within a record the text `"customer":"` can only be a member's name and the beginning of its value, since a
quote inside a text is escaped.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from store.pool import ConnectionPool
from store.text_ids import ANYBODY, TextIds

_UUID: Final = "([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"


class TextIndex:
    """Two tables that are filled as the log is followed, page by page; filling them twice changes nothing."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def note_ids(self, after: int, through: int) -> None:
        """Store which customers are named in these events, whose each site is, and who is erased."""
        self._pool.execute(
            f"""
            INSERT INTO log.customer_ids (customer, id, position)
            SELECT customer, id, min(position) FROM (
                SELECT named[1]::uuid AS customer, by.id, e.position
                FROM log.events e
                    CROSS JOIN LATERAL regexp_matches(
                        substr(e.record, e.body_at, e.body_length), '"customer":"{_UUID}"', 'g'
                    ) AS named
                    CROSS JOIN LATERAL (VALUES (e.stream), (e.operation_id)) AS by(id)
                WHERE e.position > %(after)s AND e.position <= %(through)s
                    AND split_part(e.topic, '.', 1) NOT IN ('device', 'technician')
                UNION ALL
                SELECT stream,
                    substring(substr(record, body_at, body_length) FROM '"site":"{_UUID}"')::uuid, position
                FROM log.events
                WHERE topic = 'customer.site_added' AND position > %(after)s AND position <= %(through)s
            ) found
            WHERE id <> customer
            GROUP BY customer, id
            UNION ALL
            SELECT e.stream, own.id, e.position FROM log.events e
                CROSS JOIN LATERAL (VALUES (e.stream), (%(anybody)s::uuid)) AS own(id)
            WHERE e.topic = 'customer.erased' AND e.position > %(after)s AND e.position <= %(through)s
            ORDER BY 1, 2
            ON CONFLICT DO NOTHING
            """,  # noqa: S608 - the pattern is named above
            {"after": after, "through": through, "anybody": str(ANYBODY)},
        )

    def note_texts(self, texts: Sequence[TextIds]) -> None:
        """Store which ids these texts name; replaces the data of one that could not be opened before."""
        if not texts:
            return
        with self._pool.transaction() as cursor:
            for text in texts:
                cursor.execute(
                    """
                    INSERT INTO log.text_ids (position, person, operation, ids, tries)
                    VALUES (%s, %s, %s, %s::uuid[], %s)
                    ON CONFLICT (position) DO UPDATE
                    SET operation = excluded.operation, ids = excluded.ids, tries = excluded.tries
                    WHERE text_ids.tries IS NOT NULL AND excluded.tries IS NULL
                    """,
                    (
                        text.position,
                        str(text.person),
                        None if text.operation is None else str(text.operation),
                        [str(id) for id in text.ids],
                        0 if text.is_closed else None,
                    ),
                )

    def closed(self, most: int) -> list[int]:
        """The positions of texts that could not be opened, least often tried first; they are counted as tried."""
        rows = self._pool.execute(
            """
            UPDATE log.text_ids SET tries = tries + 1
            WHERE position IN (
                SELECT position FROM log.text_ids WHERE tries IS NOT NULL ORDER BY tries, position LIMIT %s
            )
            RETURNING position
            """,
            (most,),
        )
        return [position for (position,) in rows]

    def led_by_new_ids(self, after: int, through: int) -> set[UUID]:
        """The persons whose texts name somebody erased, by an id or an erasure that was recorded in between."""
        rows = self._pool.fetch_all(
            """
            WITH fresh AS (
                SELECT i.id FROM log.customer_ids i
                    JOIN log.customer_ids e ON (e.customer, e.id) = (i.customer, i.customer)
                WHERE i.position > %(after)s AND i.position <= %(through)s
                UNION
                SELECT i.id FROM log.customer_ids e JOIN log.customer_ids i USING (customer)
                WHERE e.id = e.customer AND e.position > %(after)s AND e.position <= %(through)s
            )
            SELECT led.person, led.operation FROM fresh
                CROSS JOIN LATERAL (
                    SELECT person, NULL::uuid AS operation FROM log.text_ids WHERE ids @> ARRAY[fresh.id]
                    UNION ALL
                    SELECT person, operation FROM log.text_ids WHERE operation = fresh.id
                ) led
            """,
            {"after": after, "through": through},
        )
        return self._without_contested(rows)

    def leading(self, texts: Sequence[TextIds]) -> set[UUID]:
        """The persons of those of these texts that name somebody who is erased already."""
        rows = self._pool.fetch_all(
            """
            SELECT t.person, CASE WHEN named.id = t.operation THEN t.operation END FROM log.text_ids t
                CROSS JOIN LATERAL unnest(t.ids || t.operation) AS named(id)
            WHERE t.position = ANY(%s) AND EXISTS (
                SELECT FROM log.customer_ids i JOIN log.customer_ids e ON (e.customer, e.id) = (i.customer, i.customer)
                WHERE i.id = named.id
            )
            """,
            ([text.position for text in texts],),
        )
        return self._without_contested(rows)

    def forget(self, persons: Collection[UUID]) -> None:
        """Delete the entries of texts that nobody can open any more."""
        self._pool.execute("DELETE FROM log.text_ids WHERE person = ANY(%s::uuid[])", ([str(id) for id in persons],))

    def _without_contested(self, rows: Sequence[tuple[UUID, UUID | None]]) -> set[UUID]:
        """The persons, except where only an operation's own id leads to them and several texts have that id."""
        operations = {operation for _, operation in rows if operation is not None}
        contested = self._pool.fetch_all(
            """
            SELECT o.id FROM log.operations o
            WHERE o.id = ANY(%s::uuid[]) AND o.original AND EXISTS (
                SELECT FROM log.operations r
                WHERE r.id = o.id AND NOT r.original AND r.content_hash <> o.content_hash
            )
            """,
            ([str(operation) for operation in operations],),
        )
        left_out = {operation for (operation,) in contested}
        return {person for person, operation in rows if operation is None or operation not in left_out}
