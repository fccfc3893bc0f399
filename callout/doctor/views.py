"""The views: whether they advance, which events they lack, and which need a rebuild."""

from __future__ import annotations

from collections.abc import Iterator

from callout.doctor.finding import Finding, advice, ok, wrong
from callout.doctor.system import System
from projections.catalogue import PROJECTIONS
from projections.engine import checkpoints
from projections.engine.parking import MOST
from projections.engine.progress import progress_of
from projections.engine.replay import with_needs

MANY = 10_000
"""The lag in events from which on it is reported."""
_SHOWN = 5


def views(system: System) -> Iterator[Finding]:
    """Whether the views advance, lack events, or need a rebuild."""
    everything = with_needs(PROJECTIONS)
    with system.cursor() as cursor:
        found = progress_of(cursor, [each.name for each in everything])
        stored = checkpoints.read(cursor)
    sound = checkpoints.sound(stored, everything)
    outdated = [each.name for each in everything if each.name not in sound and each.name not in found.stopped]
    if outdated:
        yield wrong(
            f"These views are missing or have another shape than this program's: {_some(outdated)}.",
            "Run `callout migrate`: it builds them beside the old ones.",
        )
    for view, why in sorted(found.stopped.items()):
        yield wrong(
            f"The view {view} is stopped: its table cannot be used ({why}).",
            f"Run `callout rebuild {view}`; the next start does so as well.",
        )
    for damage in found.damages:
        if damage.view == damage.because:
            many = f"{damage.events} or more events" if damage.events >= MOST else f"{damage.events} event(s)"
            yield wrong(
                f"The view {damage.view} lacks {many} that it could not take in, the first at position"
                f" {damage.first} ({damage.error}). Everything else goes on.",
                f"Install a version that can process them, then run `callout rebuild {damage.view}`,"
                " which rebuilds what needs this view as well.",
            )
        else:
            yield advice(
                f"The view {damage.view} needs the view {damage.because}, which lacks events, so it may lack them too.",
                f"It is rebuilt with `callout rebuild {damage.because}`.",
            )
    if not found.moves:
        yield wrong(
            f"The views stand still: {found.lag} events wait, and none was taken in for {found.waiting:.0f} s.",
            "Look at the worker's log for 'the views cannot be moved on', and start a worker if there is none.",
        )
    elif found.lag > MANY:
        yield advice(f"The views lack {found.lag} events and are catching up.", "Look again in a minute.")
    else:
        yield ok(f"The views advance: they are at position {found.position} of {found.head}.")


def _some(names: list[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
