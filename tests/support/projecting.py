"""A projector in a process of its own: `python -m tests.support.projecting DSN`, until it is killed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from projections.engine.projector import Projector
from tests.support.sample_views import SAMPLES
from tests.support.views import projector_log

ROOT = Path(__file__).parents[2]


@contextmanager
def projecting(database: str) -> Iterator[subprocess.Popen[bytes]]:
    """The process; killed with -9 at the end at the latest."""
    with subprocess.Popen([sys.executable, "-m", "tests.support.projecting", database], cwd=ROOT) as process:
        try:
            yield process
        finally:
            process.kill()


if __name__ == "__main__":
    with projector_log(sys.argv[1]) as log:
        Projector(log, SAMPLES).run(Event())
