"""The environment of a device: network, clock, sleep and random numbers, each of which a test can replace."""

from __future__ import annotations

import os
import random as dice
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPSConnection
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

from .limits import REPLY_BYTES, TIMEOUT


class Reply(NamedTuple):
    """The reply of a transport; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Stream(NamedTuple):
    """A reply whose lines arrive one by one, as the server writes them."""

    status: int
    headers: Mapping[str, str]
    lines: Iterable[bytes]


Transport = Callable[[str, str, Mapping[str, str], bytes | None, float], Reply]
Listen = Callable[[str, Mapping[str, str], float], AbstractContextManager[Stream]]
Connect = Callable[[str], sqlite3.Connection]


@contextmanager
def exchange(
    method: str, url: str, headers: Mapping[str, str], body: bytes | None, timeout: float
) -> Iterator[tuple[int, dict[str, str], Any]]:
    """Context of one request and the beginning of its answer: status, headers in lower case, and the body to read."""
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    with closing(kind(parts.hostname or "", parts.port, timeout=timeout)) as connection:
        connection.request(method, url[url.index("/", len("https://")) :], body, dict(headers))
        answer = connection.getresponse()
        yield answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer


def over_http(method: str, url: str, headers: Mapping[str, str], body: bytes | None, timeout: float) -> Reply:
    """One exchange over HTTP(S), no redirect followed; `timeout` is the longest silence in seconds."""
    with exchange(method, url, headers, body, timeout) as (status, headers_there, answer):
        return Reply(status, headers_there, answer.read(REPLY_BYTES))


@contextmanager
def lines_over_http(url: str, headers: Mapping[str, str], timeout: float) -> Iterator[Stream]:
    """The lines of a GET as they arrive; `timeout` is the longest silence in seconds."""
    with exchange("GET", url, headers, None, timeout) as opened:
        yield Stream(*opened)


def open_file(path: str) -> sqlite3.Connection:
    """The device's file, created if there is none; each statement commits by itself unless a transaction is begun."""
    if path != ":memory:":  # only its owner may read it: it holds the tokens and the key
        with suppress(OSError):  # SQLite raises its own error
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    return sqlite3.connect(path, timeout=TIMEOUT, isolation_level=None)


def local_now() -> datetime:
    """The time of the device's clock: aware, in its own zone."""
    return datetime.now(UTC).astimezone()


class World(NamedTuple):
    """All dependencies of a device on its environment; tests replace them."""

    transport: Transport
    listen: Listen
    clock: Callable[[], datetime]
    sleep: Callable[[float], None]
    random: dice.Random

    def now(self) -> float:
        """The device's clock in seconds."""
        return self.clock().timestamp()

    def new_id(self) -> str:
        """A UUIDv7 (RFC 9562): 48 bits of milliseconds, then chance."""
        milliseconds, chance = int(self.now() * 1000), self.random.getrandbits(74)
        return str(UUID(int=milliseconds << 80 | 7 << 76 | chance >> 62 << 64 | 2 << 62 | chance & (1 << 62) - 1))

    def jittered(self, seconds: float) -> float:
        """So many seconds, and up to half as many more at random."""
        return seconds * (1 + self.random.random() / 2)
