"""The table of digests: what each audience must hold, updated whenever one of its documents is put."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from projections.documents.digest import NOTHING, entry_of, number_of, written
from projections.documents.table import DOCUMENTS
from projections.engine.projection import Rows
from projections.engine.table import Row, Table

DIGESTS = Table(
    "document_digests",
    {
        "audience": "uuid NOT NULL",
        "position": "bigint NOT NULL",
        "count": "bigint NOT NULL",
        "sum": "text NOT NULL",
    },
    key=("audience",),
)
"""The number of an audience's documents, without tombstones, and the sum of their entries; see `digest`.

`position` is that of its newest document or tombstone, so that a watcher need not read the documents.
"""


class _Change:
    """The changes to the digest of one audience."""

    def __init__(self) -> None:
        self.position = 0
        self.count = 0
        self.total = 0


def put(rows: Rows, documents: Sequence[Row]) -> None:
    """Put these documents and tombstones, each key once, and update the digests of their audiences."""
    rows.preload([(DOCUMENTS, DOCUMENTS.key_of(document)) for document in documents])
    changes: dict[UUID, _Change] = {}
    for document in documents:
        audience, kind, id = DOCUMENTS.key_of(document)
        before, now = rows.get(DOCUMENTS, audience, kind, id), document["hash"]
        rows.put(DOCUMENTS, document)
        change = changes.setdefault(audience, _Change())
        change.position = max(change.position, document["position"])
        was = None if before is None else before["hash"]
        if was == now:
            continue
        if was is not None:
            change.count -= 1
            change.total -= entry_of(kind, id, was)
        if now is not None:
            change.count += 1
            change.total += entry_of(kind, id, now)
    rows.preload([(DIGESTS, (audience,)) for audience in changes])
    for audience, change in changes.items():
        rows.put(DIGESTS, _changed(audience, rows.get(DIGESTS, audience), change))


def _changed(audience: UUID, before: Row | None, change: _Change) -> Row:
    known = before or {"position": 0, "count": NOTHING.count, "sum": NOTHING.sum}
    return {
        "audience": audience,
        "position": max(known["position"], change.position),
        "count": known["count"] + change.count,
        "sum": written(number_of(known["sum"]) + change.total),
    }
