"""Clocks: whether those of the database and this machine agree, and whether the log is ahead of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from callout.doctor.finding import Finding, ok, wrong
from callout.doctor.system import System
from domain.kernel.instant import format_instant, now

MOST_SECONDS: Final = 5.0


def clocks(system: System) -> Iterator[Finding]:
    """Compares the clocks of the database, which times events, and of this machine, which times commands."""
    before = now()
    [(there,)] = system.ask("SELECT clock_timestamp()")
    after = now()
    ahead = (there - before - (after - before) / 2).total_seconds()
    if abs(ahead) > MOST_SECONDS:
        which = "ahead of" if ahead > 0 else "behind"
        yield wrong(
            f"The database's clock is {abs(ahead):.0f} s {which} this machine's.",
            "Synchronize both machines by NTP.",
        )
    else:
        yield ok("The clocks of the database and this machine agree.")
    if system.pending:
        return
    last = system.ask("SELECT recorded_at FROM log.events WHERE position = (SELECT position FROM log.head)")
    for (recorded_at,) in last:
        if (recorded_at - there).total_seconds() > MOST_SECONDS:
            yield wrong(
                f"The last event was recorded at {format_instant(recorded_at)}, which is in the future: a clock had"
                " jumped ahead. With the next event recorded_at follows the clock again, and when that is more than a"
                " minute back, a row is added to log.clock_steps.",
                "Correct the clock if it is still ahead; nothing is lost, and positions keep their order.",
            )
