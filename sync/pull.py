"""Pull: ready-made documents of a technician's slice, joined into the reply as they are."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from store.identity import DeviceIdentity
from sync.cursor import Cursors
from sync.ports import Changes, Digest, Documents

MOST_BYTES = 1024 * 1024
MOST_WAIT: Final = 25.0


class Pull:
    """Hands a device what has changed in its technician's slice since its cursor."""

    def __init__(self, documents: Documents, cursors: Cursors) -> None:
        self._documents = documents
        self._cursors = cursors

    def reply(self, who: DeviceIdentity, cursor: str | None, limit: int, now: datetime, wait: float = 0) -> bytes:
        """The JSON of a pull: documents behind the cursor (all of them without one), each once, in its newest form.

        With `wait` (seconds) it comes as soon as there is something. Raises `CursorExpired`.
        """
        after = self._cursors.read(cursor, who.technician, now) if cursor else None
        found = self._documents.changes(who.technician, after, limit)
        if wait > 0 and not found.rows and self._documents.wait(who.technician, after, min(wait, MOST_WAIT)):
            found = self._documents.changes(who.technician, after, limit)
        return self._written(who, after, found, now)

    def _written(self, who: DeviceIdentity, after: int | None, found: Changes, now: datetime) -> bytes:
        kept = bounded(found)
        upto = kept.rows[-1]["position"] if kept.more else kept.through
        # A server behind another one (a restart, a replica) never hands out a lower cursor than it was given.
        upto = max(upto, after or 0)
        head = (
            f'{{"epoch":"{kept.epoch}","cursor":"{self._cursors.write(who.technician, upto, now)}",'
            f'"through":{kept.through},"more":{"true" if kept.more else "false"},"changes":['
        )
        tail = "]}" if kept.more else f'],"digests":{{"own":{said(kept.own)},"shared":{said(kept.shared)}}}}}'
        return b"".join((head.encode(), ",".join([row["entry"] for row in kept.rows]).encode(), tail.encode()))


def said(digest: Digest) -> str:
    """A digest as JSON."""
    return f'{{"count":{digest.count},"sum":"{digest.sum}"}}'


def bounded(found: Changes) -> Changes:
    """As many rows as fit a page, ending at a whole position, and at least one position."""
    size, whole, rows = 0, 0, found.rows
    for number, row in enumerate(rows):
        if number and row["position"] != rows[number - 1]["position"]:
            whole = number
        size += row["size"]
        if size > MOST_BYTES and whole:
            return found._replace(rows=rows[:whole], more=True)
    return found
