"""The moment that documents show: how far the views and the log had come, and what everybody had to hold then."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from projections.documents.digest import Digest


class Moment(NamedTuple):
    """Every event up to `through` is in the documents, and none behind it.

    The log, in its life `epoch`, ends at `head`. `own` and `shared` are the digests of the technician's documents and
    of everybody's.
    """

    through: int
    head: int
    epoch: UUID
    own: Digest
    shared: Digest
