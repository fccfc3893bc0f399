"""Uploads: the received pieces of incomplete blobs, in the database, each sealed as soon as it arrives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple
from uuid import UUID

from domain.access.device_limits import BLOB_PIECE
from domain.kernel.problem import Kind, Problem
from store.blobs.blob import Blob, BlobMismatch, UploadOffsetMismatch
from store.blobs.pieces import seal_piece, unseal_piece
from store.connecting import Cursor
from store.keyring import Key
from store.pool import ConnectionPool

MOST_UPLOADS: Final = 100
MOST_UPLOAD_BYTES: Final = 1024**3
"""The number of bytes of unfinished uploads per technician, counted as if they were complete."""
LATER_SECONDS: Final = 600


class Upload(NamedTuple):
    """The progress of an upload by one technician, and the person whose key seals it.

    `size` is the number of bytes expected when it began: its pieces are sealed with that number, whatever is expected
    now. `refuted` is the number of bytes that were checked and are not the whole blob.
    """

    id: UUID
    person: UUID
    size: int
    received: int
    refuted: int


class TooManyUploads(Problem):
    """This technician has too many incomplete uploads; complete one of them first, or try again later."""

    kind = Kind.RATE_LIMITED


class UploadGone(Exception):  # noqa: N818 - not an error: somebody else was faster
    """The pieces are no longer stored: another request has assembled the blob, or begun it anew."""


class Uploads:
    """One upload per blob and technician; concurrent requests take turns by its row's lock.

    The size of a `blob` is the largest that may be received now. `keys` are those of the persons whose copy is still
    missing; the pieces are sealed with one of them. An upload under a key that is none of these any more begins anew,
    and so does one that has too many bytes, or all of them and the wrong ones.
    """

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def find(self, blob: Blob, technician: UUID, keys: Mapping[UUID, Key]) -> Upload | None:
        """The progress of the upload, `None` when it would begin at 0."""
        row = self._pool.fetch_one(
            "SELECT id, person, size, received, refuted FROM blobs.uploads WHERE sha256 = %s AND technician = %s",
            (blob.sha256, str(technician)),
        )
        upload = Upload(*row) if row else None
        return upload if upload is not None and _can_continue(upload, blob, keys) else None

    def add(self, blob: Blob, technician: UUID, keys: Mapping[UUID, Key], offset: int, chunk: bytes) -> Upload:
        """Add the bytes that follow at `offset`; durable on return.

        Raises `UploadOffsetMismatch` for another offset than that of the next byte, `BlobMismatch`, with nothing
        stored, for more bytes than the blob has, and `TooManyUploads` when it would begin one too many.
        """
        with self._pool.transaction() as cursor:
            upload = _locked(cursor, blob, technician, keys)
            if offset != upload.received:
                raise UploadOffsetMismatch(offset=upload.received)
            upload = upload._replace(received=offset + len(chunk))
            if upload.received > blob.size:
                _delete(cursor, upload)
            else:
                _put(cursor, blob.sha256, upload, keys[upload.person], chunk)
                if upload.received > upload.size:
                    _must_have_room(cursor, technician)
        if upload.received > blob.size:
            raise BlobMismatch
        return upload

    def pieces(self, blob: Blob, upload: Upload, key: Key) -> Iterator[bytes]:
        """The first bytes of an upload, as many as the blob has, piece by piece.

        Raises `UploadGone` when they are no longer stored.
        """
        sealed_as = Blob(blob.sha256, upload.size)
        for number in blob.pieces():
            with self._pool.connection() as session, session.cursor() as cursor:
                sealed = _piece(cursor, upload, number)
            if sealed is None:
                raise UploadGone
            yield unseal_piece(key, sealed_as, number, sealed)[: blob.length_of(number)]

    def refute(self, upload: Upload) -> None:
        """Note that the pieces received so far are not the whole blob."""
        self._pool.execute(
            "UPDATE blobs.uploads SET refuted = received WHERE id = %s AND received = %s",
            (upload.id, upload.received),
        )

    def forget(self, upload: Upload) -> None:
        """Delete the received pieces."""
        with self._pool.transaction() as cursor:
            _delete(cursor, upload)


def _can_continue(upload: Upload, blob: Blob, keys: Mapping[UUID, Key]) -> bool:
    fits = upload.received <= blob.size and not upload.refuted == upload.received == blob.size
    return fits and upload.person in keys


def _locked(cursor: Cursor, blob: Blob, technician: UUID, keys: Mapping[UUID, Key]) -> Upload:
    """The upload, locked until the end of the transaction; a new one when there is none to continue."""
    upload = _found_or_begun(cursor, blob, technician, keys)
    if not _can_continue(upload, blob, keys):
        _delete(cursor, upload)
        upload = _found_or_begun(cursor, blob, technician, keys)
    return upload


def _found_or_begun(cursor: Cursor, blob: Blob, technician: UUID, keys: Mapping[UUID, Key]) -> Upload:
    cursor.execute(
        """
        INSERT INTO blobs.uploads (sha256, technician, person, size) VALUES (%s, %s, %s, %s)
        ON CONFLICT (sha256, technician) DO UPDATE SET touched_at = now()
        RETURNING id, person, size, received, refuted, xmax = 0
        """,
        (blob.sha256, str(technician), str(next(iter(keys))), blob.size),
    )
    [(*row, begun)] = cursor.fetchall()
    if begun:
        _must_have_room(cursor, technician)
    return Upload(*row)


def _must_have_room(cursor: Cursor, technician: UUID) -> None:
    """Raise `TooManyUploads` when an upload that has just begun, or grown beyond its size, is one too many.

    Uploads of one technician are checked one at a time.
    """
    cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('uploads ' || %s, 0))", (str(technician),))
    cursor.execute(
        "SELECT count(*), sum(greatest(size, received)) FROM blobs.uploads WHERE technician = %s", (str(technician),)
    )
    [(many, size)] = cursor.fetchall()
    if many > MOST_UPLOADS or size > MOST_UPLOAD_BYTES:
        raise TooManyUploads(retry_after=LATER_SECONDS)


def _put(cursor: Cursor, sha256: str, upload: Upload, key: Key, chunk: bytes) -> None:
    """Complete the last piece and begin the next ones; a chunk may end anywhere."""
    blob = Blob(sha256, upload.size)
    number, held = divmod(upload.received - len(chunk), BLOB_PIECE)
    if held and chunk:
        sealed = _piece(cursor, upload, number)
        assert sealed is not None, "the bytes before this chunk were stored with it"
        chunk = unseal_piece(key, blob, number, sealed) + chunk
    for begin in range(0, len(chunk), BLOB_PIECE):
        sealed = seal_piece(key, blob, number + begin // BLOB_PIECE, chunk[begin : begin + BLOB_PIECE])
        cursor.execute(
            """
            INSERT INTO blobs.chunks (upload, number, sealed) VALUES (%s, %s, %s)
            ON CONFLICT (upload, number) DO UPDATE SET sealed = excluded.sealed
            """,
            (upload.id, number + begin // BLOB_PIECE, sealed),
        )
    cursor.execute("UPDATE blobs.uploads SET received = %s WHERE id = %s", (upload.received, upload.id))


def _piece(cursor: Cursor, upload: Upload, number: int) -> bytes | None:
    cursor.execute("SELECT sealed FROM blobs.chunks WHERE upload = %s AND number = %s", (upload.id, number))
    row = cursor.fetchone()
    return bytes(row[0]) if row else None


def _delete(cursor: Cursor, upload: Upload) -> None:
    cursor.execute("DELETE FROM blobs.uploads WHERE id = %s", (upload.id,))
