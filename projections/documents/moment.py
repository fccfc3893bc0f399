"""The moment of documents: the positions of the views and of the log, and the digests at that moment."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from projections.documents.digest import Digest


class Moment(NamedTuple):
    """The documents include every event up to `through`, and none after it.

    The log, in its epoch `epoch`, ends at `head`. `own` and `shared` are the digests of the technician's documents and
    of the shared ones.
    """

    through: int
    head: int
    epoch: UUID
    own: Digest
    shared: Digest
