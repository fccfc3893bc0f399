"""Pull: ready-made documents of a technician's slice, joined into the reply as they are."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from domain.access.device_limits import MOST_PAGE_BYTES, MOST_WAIT
from domain.access.identity import DeviceIdentity
from projections.documents.digest import Digest
from sync.app_version import ANY_APP, OldestApp
from sync.cursor import Cursors
from sync.ports import Changes, Documents


class Page(NamedTuple):
    """A reply as JSON; `after` is the position of the request's cursor, 0 without one."""

    body: bytes
    is_empty: bool
    after: int
    through: int


class Pull:
    """Replies with the documents of a technician's slice that have changed since a cursor."""

    def __init__(self, documents: Documents, cursors: Cursors, oldest_app: OldestApp = ANY_APP) -> None:
        self._documents = documents
        self._cursors = cursors
        self._oldest_app = oldest_app

    def may_pull(self, who: DeviceIdentity) -> bool:
        """Whether the device is active and its app new enough to pull."""
        return who.status == "active" and self._oldest_app.serves(who.app_version)

    def reply(self, who: DeviceIdentity, cursor: str | None, limit: int, now: datetime) -> bytes:
        """The JSON of a pull, as of now; see `page`."""
        return self.page(who, cursor, limit, now).body

    def page(self, who: DeviceIdentity, cursor: str | None, limit: int, now: datetime) -> Page:
        """Documents that changed after the cursor (all of them without one), each once, in its newest form.

        Raises `CursorExpired`, and `Overloaded` while the views are behind the cursor.
        """
        known = self._cursors.read(cursor, who.technician, now) if cursor else None
        found = self._documents.changes(who.technician, known.position if known else None, limit)
        if known is not None:
            self._cursors.must_fit(known, found.moment)
        kept = bounded(found)
        upto = kept.rows[-1]["position"] if kept.more else kept.moment.through
        after = known.position if known else 0
        return Page(self._encoded(who, kept, upto, now), not kept.rows, after, kept.moment.through)

    def must_serve(self, who: DeviceIdentity) -> None:
        """Raises `UpgradeRequired` for an app that is too old to pull."""
        self._oldest_app.must_serve(who.app_version)

    def begin(self, who: DeviceIdentity, cursor: str | None, now: datetime) -> int:
        """The position of a cursor, 0 without one; raises what `page` raises for it."""
        known = self._cursors.read(cursor, who.technician, now) if cursor else None
        if known is None:
            return 0
        self._cursors.must_fit(known, self._documents.changes(who.technician, known.position, 1).moment)
        return known.position

    def wait(self, who: DeviceIdentity, page: Page, seconds: float) -> bool:
        """Whether something changes after an empty page within so many seconds."""
        return self._documents.wait(who.technician, page.through, min(seconds, MOST_WAIT)) is not None

    def _encoded(self, who: DeviceIdentity, kept: Changes, upto: int, now: datetime) -> bytes:
        moment = kept.moment
        head = (
            f'{{"epoch":"{moment.epoch}","cursor":"{self._cursors.write(who.technician, moment.epoch, upto, now)}",'
            f'"through":{moment.through},"more":{"true" if kept.more else "false"},"changes":['
        )
        tail = "]}" if kept.more else f'],"digests":{digests_json(moment.own, moment.shared)}}}'
        return b"".join((head.encode(), ",".join([row["entry"] for row in kept.rows]).encode(), tail.encode()))


def digests_json(own: Digest, shared: Digest) -> str:
    """Both digests as JSON."""
    one, other = (f'{{"count":{digest.count},"sum":"{digest.sum}"}}' for digest in (own, shared))
    return f'{{"own":{one},"shared":{other}}}'


def bounded(found: Changes) -> Changes:
    """As many rows as fit a page, ending at a whole position, and at least one position."""
    size, whole, rows = 0, 0, found.rows
    for number, row in enumerate(rows):
        if number and row["position"] != rows[number - 1]["position"]:
            whole = number
        size += row["size"]
        if size > MOST_PAGE_BYTES and whole:
            return found._replace(rows=rows[:whole], more=True)
    return found
