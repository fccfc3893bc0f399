"""Blobs: the bytes that a recorded operation has named, uploaded in pieces and kept once they are complete."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Final, NamedTuple
from uuid import UUID

from domain.access.device_limits import MOST_BLOB_BYTES
from domain.kernel.problem import Kind, Problem
from projections.engine.views import Views
from projections.work.attachments import Attachments, attachments, newest_sizes
from store.blobs.blob import Blob, BlobMismatch, BlobTooLarge
from store.blobs.uploads import Upload, UploadGone, Uploads
from store.blobs.vault import Vault
from store.keyring import Key

CATCH_UP_SECONDS: Final = 0.5
"""How long to wait for the views to show an operation that has just been recorded."""
MOST_SIZES: Final = 16
"""How many sizes are tried when the device does not send a length."""


class BlobNotNamed(Problem):
    """No recorded operation of this technician names these bytes; keep them, and try again later."""

    kind = Kind.NOT_FOUND


class BlobsBusy(Problem):
    """The server does not know at this moment what is wanted of these bytes; ask again in a moment."""

    kind = Kind.UNAVAILABLE
    code = "overloaded"


class Progress(NamedTuple):
    """How many bytes have been received, and how many there are; equal when nothing more is wanted."""

    offset: int
    length: int


class _Wanted(NamedTuple):
    """A blob that is wanted: its hash, the keys of the persons it is about, and those of them who lack a copy.

    `ends` are the sizes that it may have; `length` is its size where that is known, otherwise the first of `ends`.
    """

    sha256: str
    ends: tuple[int, ...]
    keys: Mapping[UUID, Key]
    lacking: list[UUID]
    length: int

    def largest(self) -> Blob:
        """The blob with the largest of its sizes."""
        return Blob(self.sha256, max(self.ends))

    def done(self) -> Progress:
        """The progress when nothing more is wanted."""
        return Progress(self.length, self.length)

    def after(self, received: int) -> Progress:
        """The progress after so many bytes, with the next larger size as its length."""
        return Progress(received, next(end for end in self.ends if end > received))


class BlobIntake:
    """Receives the bytes of blobs; each device of a technician may continue an upload of another one.

    Only the hash decides whether the bytes are right. The size is the one that the device sends; without it, each size
    that the technician's operations have named is tried, the newest `MOST_SIZES` of them.
    Every customer for whom the technician has named the bytes gets a copy. For customers who were erased nothing is
    wanted any more, so that the device may delete the bytes.
    """

    def __init__(self, views: Views, uploads: Uploads, vault: Vault) -> None:
        self._views = views
        self._uploads = uploads
        self._vault = vault

    def progress(self, technician: UUID, sha256: str, length: int | None = None) -> Progress:
        """The progress of an upload; `length` is the size that the device sends. Raises `BlobNotNamed`, `BlobTooLarge`.

        A blob whose last piece has been received, but which was not assembled because the server died, is assembled.
        """
        wanted = self._wanted(technician, sha256, length)
        if not wanted.lacking:
            return wanted.done()
        if not wanted.largest().size:
            return self.take(technician, sha256, 0, b"", length)
        upload = self._uploads.find(wanted.largest(), technician, wanted.keys)
        with suppress(BlobMismatch):
            return self._assemble(wanted, upload) if upload else wanted.after(0)
        return wanted.after(0)

    def take(self, technician: UUID, sha256: str, offset: int, chunk: bytes, length: int | None = None) -> Progress:
        """Store the bytes that follow at `offset`. On return they are durable, and a whole blob is checked and kept.

        Raises `BlobNotNamed`, `BlobTooLarge`, `UploadOffsetMismatch` and `BlobMismatch`.
        """
        wanted = self._wanted(technician, sha256, length)
        if not wanted.lacking:
            return wanted.done()
        return self._assemble(wanted, self._uploads.add(wanted.largest(), technician, wanted.keys, offset, chunk))

    def _assemble(self, wanted: _Wanted, upload: Upload) -> Progress:
        """Check and keep an upload that may be complete; when it is interrupted, the next request does it again."""
        if upload.received not in wanted.ends or upload.received == upload.refuted:
            return wanted.after(upload.received)
        blob, keys = Blob(wanted.sha256, upload.received), wanted.keys
        try:
            for person in wanted.lacking:
                self._vault.keep(blob, person, keys[person], self._uploads.pieces(blob, upload, keys[upload.person]))
        except BlobMismatch:
            if blob == wanted.largest():
                self._uploads.forget(upload)
                raise
            self._uploads.refute(upload)
            return wanted.after(upload.received)
        except UploadGone:
            if len(self._vault.kept(blob.sha256, wanted.lacking)) < len(wanted.lacking):
                raise BlobsBusy from None
        else:
            self._uploads.forget(upload)
        return Progress(blob.size, blob.size)

    def _wanted(self, technician: UUID, sha256: str, length: int | None) -> _Wanted:
        """The wanted blob; raises `BlobNotNamed`, `BlobTooLarge`, or `BlobsBusy` while the views are behind the log."""
        wanted = self._look(technician, sha256, length)
        if wanted is None or not wanted.lacking:
            is_current = self._views.catch_up(CATCH_UP_SECONDS, [Attachments.name])
            wanted = self._look(technician, sha256, length)
            if wanted is None:
                raise BlobNotNamed
            if not wanted.lacking and not is_current:
                raise BlobsBusy
        return wanted

    def _look(self, technician: UUID, sha256: str, length: int | None) -> _Wanted | None:
        with self._views.now() as reader:
            named = attachments(reader, sha256, technician)
            sizes = newest_sizes(reader, sha256, technician, MOST_SIZES)
        if not named:
            return None
        ends = tuple(size for size in (sizes if length is None else [length]) if size <= MOST_BLOB_BYTES)
        if not ends:
            raise BlobTooLarge
        keys = self._vault.keys([row["customer"] for row in named])
        kept = self._vault.kept(sha256, keys)
        lacking = [person for person in keys if person not in kept]
        return _Wanted(sha256, ends, keys, lacking, next(iter(kept.values()), ends[0]))
