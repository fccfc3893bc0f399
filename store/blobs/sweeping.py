"""Sweeping blobs: removes the copies of erased people, and abandoned copies and uploads."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog

from store.blobs.place import Place, PlaceError
from store.blobs.vault import name_of
from store.connecting import Cursor

_PAGE: Final = 500
_BEING_WRITTEN: Final = timedelta(hours=1)
"""A copy younger than this may still be being written."""
_NEVER_FINISHED: Final = timedelta(days=1)
UNFINISHED_KEPT: Final = timedelta(days=30)
_PUT_TOGETHER: Final = timedelta(hours=1)
"""The longest time in which a blob is assembled."""
_log = structlog.get_logger(__name__)


def forget_uploads(cursor: Cursor) -> None:
    """Delete uploads that were idle for 30 days, those of blobs that are stored already, and those of erased people."""
    cursor.execute("DELETE FROM blobs.uploads WHERE touched_at < now() - %s", (UNFINISHED_KEPT,))
    cursor.execute(
        """
        DELETE FROM blobs.uploads
        WHERE person IN (SELECT stream FROM log.events WHERE topic = 'customer.erased')
        """
    )
    cursor.execute(
        """
        DELETE FROM blobs.uploads u USING blobs.kept k
        WHERE k.sha256 = u.sha256 AND k.person = u.person AND k.kept_at IS NOT NULL AND u.touched_at < now() - %s
        """,
        (_PUT_TOGETHER,),
    )


def sweep(cursor: Cursor, place: Place) -> None:
    """Remove files that are not needed any more, at most some hundreds at once; the rest next time.

    Their rows stay locked until the end of the transaction, and a writer updates its row first: so no file that is
    being written again is removed. A failed removal is tried again next time.
    """
    cursor.execute(
        """
        SELECT sha256, person FROM blobs.kept
        WHERE person IN (SELECT stream FROM log.events WHERE topic = 'customer.erased')
            AND (kept_at IS NOT NULL OR begun_at < now() - %s)
        LIMIT %s
        FOR UPDATE SKIP LOCKED
        """,
        (_BEING_WRITTEN, _PAGE),
    )
    _remove(cursor, place, cursor.fetchall())
    cursor.execute(
        """
        SELECT sha256, person FROM blobs.kept
        WHERE kept_at IS NULL AND begun_at < now() - %s
        LIMIT %s
        FOR UPDATE SKIP LOCKED
        """,
        (_NEVER_FINISHED, _PAGE),
    )
    _remove(cursor, place, cursor.fetchall())


def _remove(cursor: Cursor, place: Place, copies: list[tuple[str, UUID]]) -> None:
    for sha256, person in copies:
        try:
            place.remove(name_of(sha256, person))
        except PlaceError as error:
            _log.warning("a file of a blob cannot be removed now", reason=str(error))
        else:
            cursor.execute("DELETE FROM blobs.kept WHERE sha256 = %s AND person = %s", (sha256, person))
