"""Clients that send prepared batches for some seconds, each as fast as it is answered."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from time import perf_counter, process_time
from typing import Protocol

from benchmarks.rounds import Slice

_FIRST_BATCHES = 5
_SPARE = 2


class Receiver(Protocol):
    """A server that takes batches of records, and how its clients write them."""

    def prepare(self, client: int, batches: int, size: int) -> list[bytes]:
        """Bodies of uploads with that many new records each, made before anything is timed."""

    def send(self, client: int, body: bytes) -> int:
        """Upload one batch; how many records were taken, which must be all."""

    def drop(self, client: int, records: int) -> None:
        """The last prepared records of this client will not be sent."""

    def settle(self) -> None:
        """Wait until everybody can read what was sent."""


class Uploading:
    """So many clients that send so many records in each batch."""

    def __init__(self, receiver: Receiver, clients: int, size: int, seconds: float, *, settled: bool = False) -> None:
        """When `settled`, the time until everybody can read what was sent is counted too."""
        self._receiver = receiver
        self._clients = range(clients)
        self._size = size
        self._seconds = seconds
        self._settled = settled
        self._batches = _FIRST_BATCHES

    def slice(self) -> Slice:
        """Send for some seconds; returns how many records were accepted, and how long that took."""
        receiver, size = self._receiver, self._size
        ready = [receiver.prepare(client, self._batches, size) for client in self._clients]
        cpu, begun = process_time(), perf_counter()
        with ThreadPoolExecutor(len(ready)) as pool:
            sent = list(pool.map(partial(self._send, begun + self._seconds), self._clients, ready))
        if self._settled:
            receiver.settle()
        found = Slice(sum(sent) * size, perf_counter() - begun, process_time() - cpu)
        for client, done in zip(self._clients, sent, strict=True):
            receiver.drop(client, (self._batches - done) * size)
        self._batches = max(self._batches, max(sent) * _SPARE)
        receiver.settle()
        return found

    def _send(self, end: float, client: int, bodies: list[bytes]) -> int:
        for number, body in enumerate(bodies):
            if perf_counter() >= end:
                return number
            taken = self._receiver.send(client, body)
            assert taken == self._size, f"{taken} of {self._size} were taken"
        return len(bodies)
