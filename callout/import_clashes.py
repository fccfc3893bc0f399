"""The lines of an import by what they recorded, so that a refusal can name the line that it clashes with."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from callout.import_lines import reason
from domain.recording.unit_of_work import Work

MOST: Final = 50_000
"""So many entities are remembered, the latest ones."""


class Clashes:
    """Lines by the ids of the entities that they created or changed in this run."""

    def __init__(self) -> None:
        self._of: OrderedDict[str, int] = OrderedDict()

    def recorded(self, lines: Mapping[UUID, int], work: Work) -> None:
        """Add lines (by the ids of their operations) that were recorded together in `work`."""
        for event, envelope in zip(work.events, work.envelopes, strict=True):
            if envelope.operation_id is not None and envelope.operation_id in lines:
                self.add(lines[envelope.operation_id], event.originator_id)

    def add(self, line: int, id: object) -> None:
        """Add a line that was recorded, with the id of the entity that it created or changed."""
        self._of.setdefault(str(id), line)
        if len(self._of) > MOST:
            self._of.popitem(last=False)

    def reason(self, problem: Mapping[str, Any]) -> str:
        """Why a line is refused, with the line of this run, if any, whose entity has its key already."""
        line = self._of.get(str(problem.get("holder")))
        return reason(problem) + ("" if line is None else f" Line {line} brought it.")
