"""Which line of an import brought what, so that a refusal can name the line that it clashes with."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final

MOST: Final = 50_000
"""So many things are remembered, those that were brought last."""


class Lines:
    """Lines by the ids of what they brought in this run."""

    def __init__(self) -> None:
        self._of: OrderedDict[str, int] = OrderedDict()

    def brought(self, line: int, reply: Mapping[str, Any]) -> None:
        """A line was done, and this is the reply to its command."""
        if "id" in reply:
            self._of.setdefault(str(reply["id"]), line)
        if len(self._of) > MOST:
            self._of.popitem(last=False)

    def clash(self, problem: Mapping[str, Any]) -> str:
        """What to add to the reason of a refusal: the line that brought what has the key, if one of this run did."""
        line = self._of.get(str(problem.get("holder")))
        return "" if line is None else f" Line {line} brought it."
