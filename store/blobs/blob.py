"""Blobs: bytes identified by their hash and size, and the problems of uploads."""

from __future__ import annotations

from typing import Final, NamedTuple

from domain.kernel.problem import Kind, Problem

PIECE: Final = 256 * 1024
"""The bytes of a full piece, and the most in one request."""
MOST_BYTES: Final = 25 * 1024 * 1024
"""The bytes of the largest blob."""


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
    """The SHA-256 of the bytes in hex, and how many there are."""

    sha256: str
    size: int

    def pieces(self) -> range:
        """The numbers of its pieces."""
        return range(-(-self.size // PIECE))

    def length_of(self, number: int) -> int:
        """How many bytes a piece has once it is full."""
        return min(PIECE, self.size - number * PIECE)
