"""Three commands to try while the demo serves; they work unchanged."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from shlex import quote
from typing import Final

from callout.demo.repairs import REPAIRS
from callout.demo.steps import id_of

ROOT: Final = Path(__file__).parents[2]
PART: Final = "WM-LOCK-3"
"""What the repair needs; there is one in the van."""
_REPAIR: Final = next(each for each in REPAIRS if each.ending == "planned" and each.fitter == "mia")
TECHNICIAN: Final = id_of(f"fitter:{_REPAIR.fitter}")
"""The technician to try: one with a job that is still to be done."""
ORDER: Final = id_of(f"order:{_REPAIR.slug}")
"""The work order of that job."""


def tries(url: str, code: str, number: str, home: Path) -> list[str]:
    """Commands for another terminal in this folder, with a technician's enrolment code and the number of their job."""
    here = Path.cwd()
    device = f"{_seen_from(here, Path(sys.executable))} -m sync.device --home {_free_file(here)}"
    elsewhere = "" if home == ROOT / ".callout" else f"CALLOUT_HOME={quote(str(home))} "
    return [
        f"{device} --url {url} enrol {code} --name mine",
        f"{device} use {number} {PART} 1",
        f"{elsewhere}{_seen_from(here, ROOT / 'run')} history {number}",
    ]


def _seen_from(here: Path, file: Path) -> str:
    """The path of a file as seen from a folder: relative below it, else absolute."""
    inside = os.path.relpath(file, here)
    if inside.startswith(".."):
        return quote(str(file))
    return quote(inside if "/" in inside else f"./{inside}")


def _free_file(here: Path) -> str:
    """A name for the file of a new phone that does not exist yet."""
    names = ("mia.phone", *(f"mia-{number}.phone" for number in range(2, 1000)))
    return next(name for name in names if not (here / name).exists())
