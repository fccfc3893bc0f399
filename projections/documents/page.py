"""The page of documents that a device pulls, and the moment it is of."""

from __future__ import annotations

from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson

from projections.documents.digest import NOTHING, Digest
from projections.documents.moment import Moment
from projections.documents.table import SHARED
from projections.engine.reader import Reader
from projections.engine.table import Row


class Page(NamedTuple):
    """Some documents as of one moment; `more` is whether others follow."""

    rows: list[Row]
    more: bool
    moment: Moment


MOMENT: Final = """
    SELECT c.position AS through, h.position AS head, h.epoch, d.digests
    FROM log.checkpoints c
    CROSS JOIN log.head h
    CROSS JOIN LATERAL (
        SELECT json_object_agg(audience, json_build_array(position, count, sum)) AS digests
        FROM document_digests
        WHERE audience = ANY(%(audiences)s::uuid[])
    ) d
    WHERE c.name = 'documents'
    """

_PAGE: Final = f"""
    WITH moment AS ({MOMENT})
    SELECT position, type, id, size, entry FROM (
        SELECT found.* FROM unnest(%(audiences)s::uuid[]) AS one (audience)
        CROSS JOIN LATERAL (
            SELECT position, type, id, size, entry FROM documents
            WHERE documents.audience = one.audience
              AND position > %(after)s
              AND (gone IS NULL OR NOT %(first)s)
            ORDER BY position
            FETCH FIRST (%(limit)s) ROWS WITH TIES
        ) found
        ORDER BY position
        FETCH FIRST (%(limit)s) ROWS WITH TIES
    ) whole
    UNION ALL
    SELECT through, NULL, NULL, NULL, json_build_array(head, epoch, digests)::text FROM moment
    ORDER BY position, type NULLS LAST, id
    """  # noqa: S608 - constants only


def page(reader: Reader, technician: UUID, *, after: int, limit: int, first: bool = False) -> Page:
    """Documents of the technician's slice that changed after `after`, by position, type and id.

    About `limit` of them: as many more as it takes to end at a whole position. `first` leaves tombstones out, which a
    device without documents does not need. Each row has `position`, `type`, `id`, `size` and `entry`. Rows and moment
    are read in one statement, so that they agree; the moment is its last row.
    """
    found = reader.fetch_all(_PAGE, asked_for(technician) | {"after": after, "limit": limit, "first": first})
    last = found.pop()
    head, epoch, digests = orjson.loads(last["entry"])
    moment = moment_of(technician, last["position"], head, UUID(epoch), digests)
    newest = max((position for position, *_ in (digests or {}).values()), default=0)
    return Page(found, len(found) >= limit and found[-1]["position"] < newest, moment)


def asked_for(technician: UUID) -> dict[str, Any]:
    """The audiences of a technician's slice, as a parameter."""
    return {"audiences": [str(technician), str(SHARED)]}


def moment_of(
    technician: UUID, through: int, head: int, epoch: UUID, digests: dict[str, tuple[int, int, str]] | None
) -> Moment:
    """The moment in a row of `MOMENT`; an audience without documents has no digest there."""
    own, shared = ((digests or {}).get(str(audience)) for audience in (technician, SHARED))
    return Moment(through, head, epoch, *(Digest(*values[1:]) if values else NOTHING for values in (own, shared)))
