"""The reference device on a file, whose pushes are repeated as by a bad proxy."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from contextlib import closing
from http.client import HTTPException
from pathlib import Path
from random import Random
from threading import Thread
from time import monotonic
from uuid import UUID

import orjson

from sync.device import Device, DeviceError, NewOperation, Reply, over_http
from tests.chaos.phone import GROUP, NEEDS, OFFERED
from tests.chaos.plan import MOST_SENDS
from tests.chaos.replica import Documents
from tests.chaos.shared import Shared
from tests.chaos.work import SURE, Shift

_MOST = 30  # operations between two rounds
_LONGEST_SLEEP = 0.5


class Reference(Thread):
    """Records as the pace allows and synchronises until everything is answered; `ids` is its journal."""

    def __init__(self, shared: Shared, path: Path, shift: Shift, dice: Random) -> None:
        super().__init__(name=path.stem, daemon=True)
        self.path, self.shift = path, shift
        self.ids: list[str] = []
        self.device = UUID(int=0)
        self._url, self._book, self._pace, self._promises = shared
        self._dice = dice
        self.failure: BaseException | None = None

    def enrol(self, url: str, code: str) -> None:
        """Enrol and sync over a good connection."""
        with closing(Device(str(self.path), url)) as device:
            self.device = UUID(device.enrol(code, self.name)["device_id"])
            device.sync()

    def run(self) -> None:
        """Record and sync until there are no more operations to make."""
        try:
            with closing(self._opened(self._url)) as device:
                while many := self._pace.take(self._dice.randint(1, _MOST)):
                    self._record(device, many)
                    self._synchronise(device)
        except BaseException as error:  # noqa: BLE001 - it is raised in the main thread
            self.failure = error
            self._pace.end()

    def _record(self, device: Device, many: int) -> None:
        left = many
        while left:
            together = min(left, self._dice.randint(2, 5)) if self._dice.random() < GROUP else 1
            deeds = [NewOperation(*self.shift.next(), needs=self._needs()) for _ in range(together)]
            if together > 1:
                self.ids += device.record_group(deeds)
            else:
                self.ids.append(device.record(deeds[0].kind, deeds[0].data, needs=deeds[0].needs))
            if deeds[0].kind in SURE and self._dice.random() < OFFERED:
                self._promises.offer(self.name, self.ids[-together])
            left -= together

    def _needs(self) -> list[str]:
        needed = self._promises.of_others(self.name, self._dice) if self._dice.random() < NEEDS else None
        return [needed] if needed else []

    def _synchronise(self, device: Device) -> None:
        while not self._pace.over:
            try:
                device.sync()
            except DeviceError as error:
                self._book.answered(f"reference device: {error.code or 'offline'}")
            if not device.outbox():
                return

    def settled(self, url: str) -> Documents:
        """The device's documents after it has sent and fetched everything over a good connection."""
        with closing(self._opened(url)) as device:
            device.sync()
            assert not device.outbox(), f"{self.name} has operations without a result"
            kinds = device.status()["documents"]
            return {(kind, row["id"]): row["body"] for kind in kinds for row in device.documents(kind)}

    def _opened(self, url: str) -> Device:
        return Device(str(self.path), url, transport=self._transport, tries=8, sleep=self._pause)

    def _pause(self, seconds: float) -> None:
        self._pace.rest(min(seconds, _LONGEST_SLEEP))

    def _transport(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, timeout: float
    ) -> Reply:
        if not url.endswith("/push"):
            return over_http(method, url, headers, body, timeout)
        assert body is not None
        packed = headers.get("Content-Encoding") == "gzip"
        ids = [operation["id"] for operation in orjson.loads(gzip.decompress(body) if packed else body)["operations"]]
        reply = self._exchange(method, url, headers, body, ids)
        if reply.status == 200:
            for _ in range(self._dice.randint(1, MOST_SENDS) - 1):
                try:
                    self._exchange(method, url, headers, body, ids)
                except (OSError, HTTPException):
                    break
        return reply

    def _exchange(self, method: str, url: str, headers: Mapping[str, str], body: bytes, ids: list[str]) -> Reply:
        known, at = self._book.begin(ids), monotonic()
        try:
            reply = over_http(method, url, headers, body, 20)
        except Exception as error:
            self._book.answered(f"none ({type(error).__name__})")
            raise
        try:
            parsed = orjson.loads(reply.body)
        except ValueError:
            self._book.answered("none (cut off)")
            return reply
        self._book.answered(str(reply.status))
        if reply.status in (200, 409):
            results = parsed.get("results", [])
            self._pace.count(self._book.add_results(results, known), at)
            if reply.status == 409:
                self._book.asked_again(self.ids[parsed["expected"] - 1 :] if "expected" in parsed else ids)
        elif reply.status not in (401, 429, 503):
            self._book.add_unexpected(f"push was answered {reply.status}: {reply.body[:200]!r}")
        return reply
