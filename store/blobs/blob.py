"""Blobs: bytes identified by their hash and size, and the problems of uploads."""

from __future__ import annotations

from typing import NamedTuple

from domain.access.device_limits import BLOB_PIECE
from domain.kernel.problem import Kind, Problem


class UploadOffsetMismatch(Problem):
    """The bytes before or at this offset are not those that are missing: go on from `offset`."""

    kind = Kind.CONFLICT


class BlobMismatch(Problem):
    """The bytes do not have the hash, or are more than announced: begin again at 0."""

    kind = Kind.UNPROCESSABLE


class BlobTooLarge(Problem):
    """A blob has 25 MiB at most."""

    kind = Kind.TOO_LARGE


class Blob(NamedTuple):
    """The SHA-256 of the bytes in hex, and their number."""

    sha256: str
    size: int

    def pieces(self) -> range:
        """The numbers of its pieces."""
        return range(-(-self.size // BLOB_PIECE))

    def length_of(self, number: int) -> int:
        """The number of bytes of a full piece."""
        return min(BLOB_PIECE, self.size - number * BLOB_PIECE)
