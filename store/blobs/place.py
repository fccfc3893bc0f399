"""A place where sealed blobs are kept as files: a folder, or an S3-compatible store."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import BinaryIO, Protocol

from eventsourcing.persistence import OperationalError

from domain.kernel.problem import Problem


class PlaceNotUsable(Problem):
    """Photos and signatures cannot be kept where CALLOUT_BLOBS says."""


class PlaceError(OperationalError):
    """The place cannot be reached or written to now."""


class FileGoneError(PlaceError):
    """There is no such file at the place."""


class Place(Protocol):
    """Files by name, 64 hex digits each. Every method raises `PlaceError` when the place fails."""

    def writing(self, name: str) -> AbstractContextManager[BinaryIO]:
        """A file to write; durable and complete under its name when the block ends, absent if the block fails."""

    def reading(self, name: str) -> AbstractContextManager[BinaryIO]:
        """A file to read; raises `FileGoneError` when there is none."""

    def remove(self, name: str) -> None:
        """Remove the file of this name, if it exists."""

    def tidy(self) -> None:
        """Remove incomplete files that were abandoned long ago."""
