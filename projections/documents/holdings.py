"""What a technician's devices must hold at one moment: the hash of each document, and selected entries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple
from uuid import UUID

from projections.documents.moment import Moment
from projections.documents.page import MOMENT, asked_for, moment_of
from projections.documents.table import DOCUMENTS, SHARED
from projections.engine.reader import Reader
from projections.engine.stored import VIEWS
from projections.engine.table import Row
from projections.engine.views import Views


class Holdings(NamedTuple):
    """Reads the documents of one technician's slice as of `moment`."""

    reader: Reader
    technician: UUID
    moment: Moment

    def rows(self, after: int) -> list[Row]:
        """`shared`, `type`, `id`, `position`, `hash` (None for a tombstone) and `size` of all documents.

        Including the tombstones after position `after`.
        """
        return self.reader.fetch_all(
            """
            SELECT audience = %(shared)s AS shared, type, id, position, hash, size FROM documents
            WHERE audience = ANY(%(audiences)s::uuid[])
              AND (gone IS NULL OR position > %(after)s)
            ORDER BY audience, type, id
            """,
            asked_for(self.technician) | {"shared": str(SHARED), "after": after},
        )

    def entries(self, names: Sequence[tuple[bool, str, str]]) -> list[str]:
        """The entries, as pull sends them, of the documents with these names: whether shared, type and id."""
        rows = self.reader.fetch_all(
            """
            SELECT d.entry
            FROM unnest(%(audiences)s::uuid[], %(types)s::text[], %(ids)s::text[]) AS named (audience, type, id)
            JOIN documents d USING (audience, type, id)
            ORDER BY d.position, d.type, d.id
            """,
            {
                "audiences": [str(SHARED if shared else self.technician) for shared, _, _ in names],
                "types": [kind for _, kind, _ in names],
                "ids": [id for _, _, id in names],
            },
        )
        return [row["entry"] for row in rows]


@contextmanager
def holdings_of(views: Views, technician: UUID) -> Iterator[Holdings]:
    """The technician's current slice, read in one snapshot."""
    with views.moment(VIEWS, [DOCUMENTS]) as reader:
        [row] = reader.fetch_all(MOMENT, asked_for(technician))
        yield Holdings(reader, technician, moment_of(technician, **row))
