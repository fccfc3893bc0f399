"""Which line of an import brought what, so that a refusal can name the line that it clashes with."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from callout.import_lines import reason
from domain.recording.unit_of_work import Work

MOST: Final = 50_000
"""So many things are remembered, those that were brought last."""


class Clashes:
    """Lines by the ids of what they brought in this run."""

    def __init__(self) -> None:
        self._of: OrderedDict[str, int] = OrderedDict()

    def recorded(self, lines: Mapping[UUID, int], work: Work) -> None:
        """Lines were recorded together, by the ids of their operations."""
        for event, envelope in zip(work.events, work.envelopes, strict=True):
            if envelope.operation_id is not None and envelope.operation_id in lines:
                self.brought(lines[envelope.operation_id], event.originator_id)

    def brought(self, line: int, id: object) -> None:
        """A line was recorded, and this is what it began or changed."""
        self._of.setdefault(str(id), line)
        if len(self._of) > MOST:
            self._of.popitem(last=False)

    def reason(self, problem: Mapping[str, Any]) -> str:
        """Why a line is refused, with the line that brought what has its key already, if one of this run did."""
        line = self._of.get(str(problem.get("holder")))
        return reason(problem) + ("" if line is None else f" Line {line} brought it.")
