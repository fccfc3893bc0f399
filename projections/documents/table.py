"""The table of ready documents, and the page of it that a device pulls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from projections.reader import Reader
from projections.table import Row, Table

SHARED: Final = UUID("8f2d51c6-0a7b-5e94-9c3e-64d1f0b7a825")
"""The audience of what every device gets. Fixed for ever, since rows are kept under it."""

DOCUMENTS = Table(
    "documents",
    {
        "audience": "uuid NOT NULL",
        "type": "text NOT NULL",
        "id": "text NOT NULL",
        "position": "bigint NOT NULL",
        "gone": "text",
        "hash": "text",
        "size": "integer NOT NULL",
        "entry": "text NOT NULL",
    },
    key=("audience", "type", "id"),
    indexes=(("audience", "position"),),
)
"""A document, or the tombstone of one, for one technician (`audience`) or for all.

`entry` is the JSON text that pull sends, `size` its bytes; `hash` is that of the body, None where there is none.
"""


def page(
    reader: Reader, audiences: Sequence[UUID], *, after: int, upto: int, limit: int, first: bool = False
) -> list[Row]:
    """Documents of these audiences changed in (after, upto], by position, type and id.

    About `limit` of them: as many more as it takes to end at a whole position. `first` leaves out what is gone, since
    a device without any document need not be told. Each row has `position`, `type`, `id`, `size` and `entry`.
    """
    return reader.fetch_all(
        """
        SELECT position, type, id, size, entry FROM (
            SELECT found.* FROM unnest(%(audiences)s::uuid[]) AS one (audience)
            CROSS JOIN LATERAL (
                SELECT position, type, id, size, entry FROM documents
                WHERE documents.audience = one.audience
                  AND position > %(after)s AND position <= %(upto)s
                  AND (gone IS NULL OR NOT %(first)s)
                ORDER BY position
                FETCH FIRST (%(limit)s) ROWS WITH TIES
            ) found
            ORDER BY position
            FETCH FIRST (%(limit)s) ROWS WITH TIES
        ) whole
        ORDER BY position, type, id
        """,
        {
            "audiences": [str(audience) for audience in audiences],
            "after": after,
            "upto": upto,
            "limit": limit,
            "first": first,
        },
    )
