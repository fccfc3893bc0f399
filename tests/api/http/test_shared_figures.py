"""Metrics with several processes: each process returns the sums of all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

NOTE = "m.note('GET', '/api/v1/parts', 200, 0.01)"
TELL = "print(m.counted().decode())"
ROOT = Path(__file__).parents[3]


def process(folder: Path, *statements: str) -> str:
    """Run statements in a process of its own that shares its figures in this folder."""
    code = "; ".join(["from api.http.metrics import Metrics", "m = Metrics(None)", *statements])
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


def test_figures_of_all_processes_are_added(tmp_path: Path) -> None:
    process(tmp_path, NOTE, NOTE)

    response = process(tmp_path, NOTE, TELL)

    assert 'callout_requests_total{method="GET",route="/api/v1/parts",status="200"} 3.0' in response
    assert 'callout_request_seconds_count{method="GET",route="/api/v1/parts"} 3.0' in response
