"""Pull: one indexed read of ready-made documents, joined into the reply as they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from projections.documents.table import SHARED, page
from projections.past import Views
from projections.reader import Reader
from projections.table import Row
from store.device_access import DeviceIdentity
from sync.cursor import Cursors

MOST_BYTES = 1024 * 1024
MOST_WAIT: Final = 25.0


class Page(NamedTuple):
    """Documents as ready JSON texts, the position up to which nothing is missing, and whether there is more."""

    entries: list[str]
    upto: int
    through: int
    more: bool


class Pull:
    """Hands a device what has changed in its technician's slice since its cursor."""

    def __init__(self, views: Views, cursors: Cursors, epoch: UUID) -> None:
        self._views = views
        self._cursors = cursors
        self._epoch = epoch

    def reply(self, who: DeviceIdentity, cursor: str | None, limit: int, now: datetime, wait: float = 0) -> bytes:
        """The JSON of a pull: documents behind the cursor (all of them without one), each once, in its newest form.

        With `wait` (seconds) it comes as soon as there is something. Raises `CursorExpired`.
        """
        after = self._cursors.read(cursor, who.technician, now) if cursor else None
        found = self._read(who.technician, after, limit)
        if wait > 0 and not found.entries:
            self._views.wakeups.wait(lambda: self._read(who.technician, after, limit).entries, min(wait, MOST_WAIT))
            found = self._read(who.technician, after, limit)
        # A server behind another one (a restart, a replica) never hands out a lower cursor than it was given.
        upto = max(found.upto, after or 0)
        head = (
            f'{{"epoch":"{self._epoch}","cursor":"{self._cursors.write(who.technician, upto, now)}",'
            f'"through":{found.through},"more":{"true" if found.more else "false"},"changes":['
        )
        return b"".join((head.encode(), ",".join(found.entries).encode(), b"]}"))

    def _read(self, technician: UUID, after: int | None, limit: int) -> Page:
        with self._views.now() as reader:
            return _page(reader, technician, after, limit)


def _page(reader: Reader, technician: UUID, after: int | None, limit: int) -> Page:
    through = reader.position
    rows = page(reader, (technician, SHARED), after=after or 0, upto=through, limit=limit, first=after is None)
    kept = _bounded(rows)
    more = len(kept) < len(rows) or len(rows) >= limit
    upto = kept[-1]["position"] if more and kept else through
    return Page([row["entry"] for row in kept], upto, through, more)


def _bounded(rows: Sequence[Row]) -> Sequence[Row]:
    """As many rows as fit a page, ending at a whole position, and at least one position."""
    size, whole = 0, 0
    for number, row in enumerate(rows):
        if number and row["position"] != rows[number - 1]["position"]:
            whole = number
        size += len(row["entry"])
        if size > MOST_BYTES and whole:
            return rows[:whole]
    return rows
