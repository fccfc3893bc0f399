"""All benchmarks by the name given on the command line."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks import (
    append,
    digests,
    growing,
    growth,
    idle,
    importing,
    live,
    load,
    overload,
    past_beside,
    pull,
    push,
    rebuild,
    side_by_side,
    visible,
)
from benchmarks.place import Place
from benchmarks.rounds import Outcome, Progress

BENCHMARKS: dict[str, Callable[[Place, int, Progress], Outcome]] = {
    "append": append.measure,
    "load": load.measure,
    "importing": importing.measure,
    "rebuild": rebuild.measure,
    "live": live.measure,
    "growth": growth.measure,
    "push": push.measure,
    "pull": pull.measure,
    "visible": visible.measure,
    "digests": digests.measure,
    "idle": idle.measure,
    "past_beside": past_beside.measure,
    "overload": overload.measure,
    "growing": growing.measure,
    "side-by-side": side_by_side.measure,
}
ONLY_NAMED = frozenset({"growing", "side-by-side"})
"""One takes most of an hour, the other installs other programs: they run only when they are named."""
