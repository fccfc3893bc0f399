"""Photos and signatures: whether they can be stored in the configured place."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from callout.blob_place import place_of
from callout.doctor.finding import Finding, ok, wrong
from callout.doctor.system import System
from callout.settings import BadSetting
from store.blobs.place import PlaceNotUsable

_LETTERS = "0123456789abcdef"


def blobs(system: System) -> Iterator[Finding]:
    """Checks a folder and its subfolders; sends no request to a bucket."""
    settings = system.settings
    try:
        place_of(settings)
    except (PlaceNotUsable, BadSetting) as error:
        yield wrong(str(error), "Correct CALLOUT_BLOBS or the rights of the folder.")
        return
    if "://" in settings.blobs:
        yield ok("Photos are kept in a bucket, which was not checked.")
        return
    root = Path(settings.blobs).absolute() if settings.blobs else settings.home / "blobs"
    shut = [folder for folder in _subfolders(root) if not os.access(folder, os.W_OK | os.X_OK)]
    if shut:
        yield wrong(f"Photos cannot be written into {shut[0]}.", "Make the user of the service its owner.")
    else:
        yield ok(f"Photos can be kept in {root}.")


def _subfolders(root: Path) -> Iterator[Path]:
    for name in ("incoming", *(one + other for one in _LETTERS for other in _LETTERS)):
        if (root / name).is_dir():
            yield root / name
