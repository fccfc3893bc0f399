"""A crowd of idle devices in one process: each holds a long poll open, and asks again when it has been answered."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[1]
WAIT = 25
_AT_ONCE = 50  # devices that connect at the same time


class Crowd:
    """The crowd, for its parent process: how many wait at this moment, and the answers that they got."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.state: dict[str, Any] = {"waiting": 0, "answers": {}, "woken": 0, "last": 0.0}
        threading.Thread(target=self._listen, daemon=True).start()

    def settle(self, many: int, seconds: float = 60) -> int:
        """Wait until so many devices wait, for at most so many seconds; returns how many do."""
        deadline = monotonic() + seconds
        while self.state["waiting"] < many and monotonic() < deadline:
            sleep(0.1)
        return int(self.state["waiting"])

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.state = json.loads(line)


@contextlib.contextmanager
def crowd_at(url: str, devices: Sequence[tuple[str, str]]) -> Iterator[Crowd]:
    """Context in which these devices, each with its access token and cursor, wait for changes."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.idle_crowd", url],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdin is not None
            process.stdin.write(json.dumps(devices) + "\n")
            process.stdin.flush()
            yield Crowd(process)
        finally:
            process.terminate()


class Idler:
    """All devices of the crowd, on one event loop."""

    def __init__(self, url: str) -> None:
        self._host = urlsplit(url).hostname or ""
        self._port = urlsplit(url).port or 80
        self._dice = Random(1)
        self._door = asyncio.Semaphore(_AT_ONCE)
        self._answers: Counter[int] = Counter()
        self._waiting = self._woken = 0
        self._last = 0.0

    async def run(self, devices: Sequence[tuple[str, str]]) -> None:
        """Wait with every device, and write twice a second how many do."""
        idle = [asyncio.create_task(self._idle(*device)) for device in devices]
        while True:
            await asyncio.sleep(0.5)
            state = {"waiting": self._waiting, "answers": self._answers, "woken": self._woken, "last": self._last}
            sys.stdout.write(json.dumps(state) + "\n")
            sys.stdout.flush()
            for task in idle:
                if task.done():
                    task.result()

    async def _idle(self, token: str, cursor: str) -> None:
        writer = None
        while True:
            if writer is None:
                async with self._door:
                    reader, writer = await asyncio.open_connection(self._host, self._port)
            path = f"/sync/v1/pull?cursor={cursor}&wait={WAIT}"
            writer.write(f"GET {path} HTTP/1.1\r\nHost: callout\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
            self._waiting += 1
            try:
                status, headers, body = await _answer(reader)
            except (OSError, asyncio.IncompleteReadError):
                status, headers, body = 0, {}, b""
            self._waiting -= 1
            self._answers[status] += 1
            if status == 200:
                reply = json.loads(body)
                cursor = reply["cursor"]
                if reply["changes"]:
                    self._woken, self._last = self._woken + 1, monotonic()
            else:
                await asyncio.sleep(float(headers.get("retry-after", "1")) * (1 + self._dice.random() / 2))
            if status == 0 or headers.get("connection", "").lower() == "close":
                writer.close()
                writer = None


async def _answer(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
    lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
    return int(lines[0].split()[1]), headers, await reader.readexactly(int(headers["content-length"]))


if __name__ == "__main__":
    asyncio.run(Idler(sys.argv[1]).run(json.loads(sys.stdin.readline())))
