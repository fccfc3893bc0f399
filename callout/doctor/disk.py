"""Disk: free space for the home, the embedded database and the blobs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import disk_usage
from typing import Final

from callout.doctor.finding import Finding, advice, ok, wrong
from callout.doctor.system import System
from store.embedded import EmbeddedPostgres

GIB: Final = 2**30
LEAST: Final = 1 * GIB
"""Bytes below which writing will soon fail."""
LITTLE: Final = 5 * GIB
"""Bytes below which more space should be planned."""


def disk(system: System) -> Iterator[Finding]:
    """The free space of each disk."""
    seen: set[int] = set()
    for what, path in _places(system):
        there = next(each for each in (path, *path.parents) if each.exists())
        if there.stat().st_dev in seen:
            continue
        seen.add(there.stat().st_dev)
        free = disk_usage(there).free
        free_text = f"There are {free / GIB:.1f} GiB free for {what} ({there})"
        if free < LEAST:
            yield wrong(f"{free_text}: soon nothing can be recorded.", "Make room now.")
        elif free < LITTLE:
            yield advice(f"{free_text}.", "Make room, or move it to a larger disk.")
        else:
            yield ok(f"{free_text}.")


def _places(system: System) -> Iterator[tuple[str, Path]]:
    settings = system.settings
    yield "the home folder", settings.home
    if settings.database_url is None and (data := EmbeddedPostgres(settings.home).status().data) is not None:
        yield "the embedded database", data
    if "://" not in settings.blobs:
        yield "the folder of photos", Path(settings.blobs).absolute() if settings.blobs else settings.home / "blobs"
