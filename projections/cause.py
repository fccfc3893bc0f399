"""What an error was, for a log line that must hold nobody's words."""

from __future__ import annotations

from pathlib import Path
from traceback import extract_tb


def cause_of(error: BaseException) -> str:
    """What went wrong and where, without the values of variables: rows hold persons' words."""
    first = error.__cause__ or error
    frames = extract_tb(first.__traceback__)
    where = f" in {frames[-1].name}, {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return type(first).__name__ + where
