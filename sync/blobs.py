"""Blobs: the bytes that a recorded operation has named, taken in piece by piece and kept once they are whole."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Final, NamedTuple
from uuid import UUID

from domain.problem import Kind, Problem
from projections.attachments import Attachments, attachments
from projections.past import Views
from store.blobs.blob import MOST_BYTES, Blob, BlobMismatch, BlobTooLarge
from store.blobs.uploads import Upload, UploadGone, Uploads
from store.blobs.vault import Vault
from store.keyring import Key

CATCH_UP_SECONDS: Final = 0.5
"""How long the views have to know an operation that has just been recorded."""


class BlobNotNamed(Problem):
    """No recorded operation of this technician names these bytes; keep them, and try again later."""

    kind = Kind.NOT_FOUND


class BlobsBusy(Problem):
    """Nobody can say at this moment what is wanted of these bytes; ask again in a moment."""

    kind = Kind.UNAVAILABLE
    code = "overloaded"


class Progress(NamedTuple):
    """How many bytes have come, and how many there are; equal when nothing more is wanted."""

    offset: int
    length: int


class _Wanted(NamedTuple):
    """A blob as a technician's operations name it, whom it is about, and who of these lacks a copy."""

    blob: Blob
    keys: Mapping[UUID, Key]
    lacking: list[UUID]


class BlobIntake:
    """Takes bytes in from technicians; each device of one may go on with what another began.

    Every customer for whom the technician has named the bytes gets a copy. For customers who were erased nothing is
    wanted any more, so that the device may throw the bytes away.
    """

    def __init__(self, views: Views, uploads: Uploads, vault: Vault) -> None:
        self._views = views
        self._uploads = uploads
        self._vault = vault

    def progress(self, technician: UUID, sha256: str) -> Progress:
        """How far the bytes have come; raises `BlobNotNamed`.

        A blob whose last piece has come, and whose server did not live to put it together, is put together here.
        """
        blob, keys, lacking = wanted = self._wanted(technician, sha256)
        if not lacking:
            return Progress(blob.size, blob.size)
        if not blob.size:
            return self.take(technician, sha256, 0, b"")
        upload = self._uploads.find(blob, technician, keys)
        if upload is not None and upload.received == blob.size:
            with suppress(BlobMismatch):
                return self._put_together(wanted, upload)
            upload = None
        return Progress(upload.received if upload else 0, blob.size)

    def take(self, technician: UUID, sha256: str, offset: int, chunk: bytes) -> Progress:
        """Take the bytes that follow at `offset`. On return they are durable, and a whole blob is checked and kept.

        Raises `BlobNotNamed`, `UploadOffsetMismatch` and `BlobMismatch`.
        """
        blob, keys, lacking = wanted = self._wanted(technician, sha256)
        if not lacking:
            return Progress(blob.size, blob.size)
        upload = self._uploads.add(blob, technician, keys, offset, chunk)
        if upload.received == blob.size:
            return self._put_together(wanted, upload)
        return Progress(upload.received, blob.size)

    def _put_together(self, wanted: _Wanted, upload: Upload) -> Progress:
        """Check a complete upload and keep it; cut off anywhere, it is done again by the next request."""
        blob, keys, lacking = wanted
        try:
            for person in lacking:
                self._vault.keep(blob, person, keys[person], self._uploads.pieces(blob, upload, keys[upload.person]))
        except BlobMismatch:
            self._uploads.forget(upload)
            raise
        except UploadGone:
            if self._vault.lacking(blob.sha256, lacking):
                raise BlobsBusy from None
        else:
            self._uploads.forget(upload)
        return Progress(blob.size, blob.size)

    def _wanted(self, technician: UUID, sha256: str) -> _Wanted:
        """What is wanted of these bytes; `BlobNotNamed` and that nothing is are said only by views that know."""
        wanted = self._look(technician, sha256)
        if wanted is None or not wanted.lacking:
            sure = self._views.catch_up(CATCH_UP_SECONDS, [Attachments.name])
            wanted = self._look(technician, sha256)
            if wanted is None:
                raise BlobNotNamed
            if not wanted.lacking and not sure:
                raise BlobsBusy
        return wanted

    def _look(self, technician: UUID, sha256: str) -> _Wanted | None:
        with self._views.now() as reader:
            named = attachments(reader, sha256, technician)
        if not named:
            return None
        blob = Blob(sha256, named[0]["size"])
        if blob.size > MOST_BYTES:
            raise BlobTooLarge
        keys = self._vault.keys([row["customer"] for row in named])
        return _Wanted(blob, keys, self._vault.lacking(sha256, keys))
