"""A long run in pieces: its results are kept in a file, so that it can continue."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.simulation.runs import Outcome

PIECE = 500
"""Seeds after which the file is written."""


@dataclass
class Tally:
    """The results of the first `done` seeds from `start` on."""

    start: int
    done: int = 0
    operations: int = 0
    events: int = 0
    seconds: float = 0.0
    happened: Counter[str] = field(default_factory=Counter)
    seen_in: Counter[str] = field(default_factory=Counter)
    broken: list[tuple[int, str, str]] = field(default_factory=list)
    """The seed, the promise that was broken and what was seen."""

    def add(self, outcome: Outcome) -> None:
        """Add the outcome of one run."""
        self.done += 1
        self.operations += outcome.operations
        self.events += outcome.events
        self.happened.update(outcome.happened)
        self.seen_in.update(outcome.happened.keys())
        if outcome.promise is not None:
            self.broken.append((outcome.seed, outcome.promise, outcome.seen))

    def save(self, file: Path) -> None:
        """Write the file atomically."""
        beside = file.with_suffix(".part")
        beside.write_text(json.dumps(vars(self)), encoding="utf-8")
        beside.replace(file)

    @classmethod
    def load(cls, file: Path) -> Tally:
        """Read the results of an earlier call."""
        kept = json.loads(file.read_text(encoding="utf-8"))
        kept |= {name: Counter(kept[name]) for name in ("happened", "seen_in")}
        return cls(**kept | {"broken": [tuple(one) for one in kept["broken"]]})


def pieces(first: int, last: int) -> Iterator[range]:
    """The seeds from `first` up to and without `last`, some at a time."""
    for start in range(first, last, PIECE):
        yield range(start, min(start + PIECE, last))
