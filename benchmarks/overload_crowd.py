"""A crowd of devices in one process: it pushes and pulls as fast as it is served, or at a given rate."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import Counter, deque
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import orjson

from benchmarks.pushing import uuid7

ROOT = Path(__file__).parents[1]
OPERATIONS = 5
_PATIENCE_SECONDS = 30.0
_CROWDS = 5  # refused devices return so much sooner than `Retry-After`, which makes as many requests as a larger crowd


class Run(NamedTuple):
    """What to do for `seconds`: so many pushes and pulls a second, or (0) as many as `at_once` devices get served."""

    seconds: float
    pushes: float
    pulls: float
    at_once: int


class CrowdResult(NamedTuple):
    """The answers by status, of pushes and of pulls, and how much could not be sent as all devices were waiting."""

    seconds: float
    pushes: dict[str, int]
    pulls: dict[str, int]
    unsent: int
    silent: int
    waited: list[float]


def crowd_runs(url: str, devices: Sequence[dict[str, Any]], run: Run) -> CrowdResult:
    """Run these devices in a process of their own; their sequence numbers are updated."""
    command = [sys.executable, "-m", "benchmarks.overload_crowd", url]
    asked = orjson.dumps({"devices": devices, "run": run._asdict()})
    done = subprocess.run(command, cwd=ROOT, input=asked, stdout=subprocess.PIPE, check=True)
    result = orjson.loads(done.stdout)
    for device, seq in zip(devices, result.pop("seqs"), strict=True):
        device["seq"] = seq
    return CrowdResult(**result)


class Phone:
    """One device: its connection, its numbers, and the push that has not been accepted yet, which it sends again."""

    def __init__(self, device: dict[str, Any]) -> None:
        self.token = device["token"]
        self.incarnation = device["incarnation"]
        self.seq = device["seq"]
        self.cursor = device["cursor"]
        self.uses = cycle(device["uses"])
        self.body: bytes | None = None
        self.line: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    def push(self) -> bytes:
        """The body of the push that is due."""
        if self.body is None:
            now = datetime.now(UTC).isoformat()
            operations = []
            for number in range(1, OPERATIONS + 1):
                operation = {
                    "id": str(uuid7()),
                    "seq": self.seq + number,
                    "type": "part_used",
                    "v": 1,
                    "at": now,
                    "seen": 0,
                }
                operations.append(operation | {"data": next(self.uses)})
            payload = {"incarnation": self.incarnation, "now": now, "operations": operations}
            self.body = orjson.dumps(payload)
        return self.body


class Crowd:
    """All devices, and the answers that they got."""

    def __init__(self, url: str, devices: Sequence[dict[str, Any]], run: Run) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname, parts.port or 80
        self.phones = [Phone(device) for device in devices]
        self._run = run
        self._free = deque(self.phones)
        self._dice = Random(1)
        self.pushes: Counter[str] = Counter()
        self.pulls: Counter[str] = Counter()
        self.unsent = self.silent = 0
        self.waited: list[float] = []
        self._end = 0.0
        self._over = asyncio.Event()

    async def run(self) -> None:
        """Send what `run` asks for."""
        self._end = monotonic() + self._run.seconds
        if self._run.at_once:
            await asyncio.gather(*(self._always(phone) for phone in self.phones[: self._run.at_once]))
            return
        tasks: set[asyncio.Task[None]] = set()
        begun, sent = monotonic(), 0
        rate = self._run.pushes + self._run.pulls
        while monotonic() < self._end:
            due = int((monotonic() - begun) * rate)
            for _ in range(due - sent):
                pushes = self._dice.random() * rate < self._run.pushes
                if not self._free:
                    self.unsent += 1
                    continue
                task = asyncio.create_task(self._once(self._free.popleft(), pushes=pushes))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
            sent = due
            await asyncio.sleep(0.005)
        # What has been sent is waited for, uncounted: a device must know whether its push was taken in.
        self._over.set()
        await asyncio.gather(*tasks)

    async def _always(self, phone: Phone) -> None:
        while monotonic() < self._end:
            await self._exchange(phone, pushes=True)

    async def _once(self, phone: Phone, *, pushes: bool) -> None:
        pause = await self._exchange(phone, pushes=pushes)
        if pause:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), pause / _CROWDS * (1 + self._dice.random() / 2))
        self._free.append(phone)

    async def _exchange(self, phone: Phone, *, pushes: bool) -> float:
        """Send one request; returns the seconds after which the device may send again."""
        begun, counted = monotonic(), self.pushes if pushes else self.pulls
        try:
            status, headers = await asyncio.wait_for(self._ask(phone, pushes=pushes), _PATIENCE_SECONDS)
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            phone.line = None
            counted["cut off"] += monotonic() < self._end
            return 1.0
        if monotonic() < self._end:
            counted[str(status)] += 1
            if status == 200 and pushes:
                self.waited.append(monotonic() - begun)
            if status in (429, 503) and "retry-after" not in headers:
                self.silent += 1
        if status == 200 and pushes:
            phone.body, phone.seq = None, phone.seq + OPERATIONS
        return 0.0 if status == 200 else float(headers.get("retry-after", "1"))

    async def _ask(self, phone: Phone, *, pushes: bool) -> tuple[int, dict[str, str]]:
        if phone.line is None:
            phone.line = await asyncio.open_connection(self._host, self._port)
        reader, writer = phone.line
        body = phone.push() if pushes else b""
        first = "POST /sync/v1/push" if pushes else f"GET /sync/v1/pull?limit=50&cursor={phone.cursor}"
        head = f"{first} HTTP/1.1\r\nHost: callout\r\nAuthorization: Bearer {phone.token}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
        await reader.readexactly(int(headers["content-length"]))
        if headers.get("connection") == "close":
            writer.close()
            phone.line = None
        return int(lines[0].split()[1]), headers


def main(url: str) -> None:
    """Read what to do from the standard input, do it, and write the result to the standard output."""
    asked = orjson.loads(sys.stdin.buffer.read())
    run = Run(**asked["run"])
    crowd = Crowd(url, asked["devices"], run)
    asyncio.run(crowd.run())
    result = CrowdResult(run.seconds, dict(crowd.pushes), dict(crowd.pulls), crowd.unsent, crowd.silent, crowd.waited)
    sys.stdout.write(json.dumps(result._asdict() | {"seqs": [phone.seq for phone in crowd.phones]}))


if __name__ == "__main__":
    main(sys.argv[1])
