"""The folder of the real data for acceptance tests, which belongs to others and is no part of the project."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("CALLOUT_ACCEPTANCE_DATA") or Path(__file__).parents[3] / "shared" / "data")


def rows_of(name: str) -> list[dict[str, str]]:
    """The rows of a CSV file; skips the test if the file is not there."""
    file = FOLDER / name
    if not file.is_file():
        pytest.skip(f"{name} is not here: put it into ../shared/data or name its folder in CALLOUT_ACCEPTANCE_DATA")
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
