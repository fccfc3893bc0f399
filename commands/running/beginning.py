"""Ids of what a command begins: each names one thing only."""

from __future__ import annotations

from uuid import UUID

from domain.kernel.aggregate import Entity
from domain.kernel.problem import Refused
from domain.recording.unit_of_work import Work
from domain.stock.location import VIRTUAL, Location


class AlreadyExists(Refused):
    """An entity with this id exists already; leave the id out, or repeat the first request with its key."""


class IdIsTaken(Refused):
    """This id belongs to something else; leave it out, or choose another one."""


def must_be_new(work: Work, kind: type[Entity], id: UUID, *, named: bool) -> None:
    """Raise `AlreadyExists` for the id of something recorded; for one that was `named`, also `IdIsTaken`.

    Only the well-known places may be begun under their own ids.
    """
    if work.find(Entity, id) is not None:
        raise AlreadyExists
    if named and not (kind is Location and id in VIRTUAL.values()):
        must_be_free(work, id)


def must_be_free(work: Work, id: UUID, *, of: UUID | None = None) -> None:
    """Raise `IdIsTaken` for an id that a stream, a well-known place, or a site has.

    It may be a site of the customer `of`.
    """
    owner = work.owner_of_site(id)
    if (owner is not None and owner != of) or id in VIRTUAL.values() or work.find(Entity, id) is not None:
        raise IdIsTaken
