"""A server that is told to stop does so, however busy its worker is, and the next one can start."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.company import PASSWORD, company_on, environment
from tests.support.office_client import OfficeClient

STOP_SECONDS = 60


def worker_of(supervisor: int) -> int:
    """The process id of the worker."""
    children = Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()
    [found] = [pid for pid in map(int, children) if b"work" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")]
    return found


def test_a_second_start_right_after_ctrl_c_works_while_the_worker_is_busy(database: str, tmp_path: Path) -> None:
    """Issue 8, 20."""
    with company_on(database, tmp_path) as first:
        os.kill(worker_of(first.process.pid), signal.SIGSTOP)  # as busy as a process can be
        port = urlsplit(first.url).port
        first.process.send_signal(signal.SIGINT)

        command = [sys.executable, "-m", "callout", "serve", "--port", str(port), "--json"]
        with subprocess.Popen(
            command, env=environment(database, tmp_path), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as second:
            try:
                assert second.stdout is not None
                url = json.loads(second.stdout.readline())["url"]
                assert url == first.url
                assert OfficeClient.sign_in(url, "admin", PASSWORD).get("parts")["items"] == []
                assert first.process.wait(STOP_SECONDS) == 0
            finally:
                second.send_signal(signal.SIGTERM)
                assert second.wait(STOP_SECONDS) == 0
