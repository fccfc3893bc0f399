"""Commands about parts of the catalogue."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from commands.running.simple import on
from domain.recording.unit_of_work import Work
from domain.stock.part import Part, SupersededInCircle

revise = on(Part, Part.revise)
set_cost = on(Part, Part.set_cost)
discontinue = on(Part, Part.discontinue)


def register(_: Work, id: UUID, **fields: Any) -> Part:
    """Add a part to the catalogue; `fields` are those of `Part.register`."""
    return Part.register(id=id, **fields)


def supersede(work: Work, id: UUID, *, by: UUID) -> Part:
    """Name the part that replaces this one; raises `SupersededInCircle`."""
    part, successor = work.get(Part, id), work.get(Part, by)
    replaced = {part.id}
    while successor.superseded_by is not None and successor.id not in replaced:
        replaced.add(successor.id)
        successor = work.get(Part, successor.superseded_by)
    if successor.id in replaced and by != part.id:
        raise SupersededInCircle
    part.supersede(by)
    return part
