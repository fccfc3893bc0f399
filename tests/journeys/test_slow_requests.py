"""Connections that send almost nothing hold no thread; requests that arrive in pieces are answered."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection
from time import sleep
from urllib.parse import urlsplit

import pytest

from tests.support.company import Company
from tests.support.http_device import HttpDevice

MANY = 300
"""Many more than there are threads in all processes."""
SLOW = {
    "nothing": b"",
    "a head": b"POST /sync/v1/token HTTP/1.1\r\nHost: a\r\nX: ",
    "a body": b'POST /sync/v1/token HTTP/1.1\r\nHost: a\r\nContent-Length: 300\r\n\r\n{"refresh',
    "a body without length": b"POST /sync/v1/token HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
    "a body that is too long": b"POST /sync/v1/token HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\n{",
    "a body of nobody": b"POST /sync/v1/push HTTP/1.1\r\nAuthorization: Bearer x\r\nContent-Length: 900000\r\n\r\n{",
    "a second request": b"GET /health HTTP/1.1\r\nHost: a\r\n\r\nPOST /sync/v1/token HTTP/1.1\r\nHost: a\r\nX: ",
    "no end": b"GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
}


@contextmanager
def line(company: Company) -> Iterator[socket.socket]:
    place = urlsplit(company.url)
    with socket.create_connection((place.hostname, place.port or 80), timeout=15) as connection:
        yield connection


def reply(connection: socket.socket) -> bytes:
    """All bytes until the server closes the connection."""
    pieces = []
    while piece := connection.recv(65536):
        pieces.append(piece)
    return b"".join(pieces)


@pytest.mark.parametrize("sent", SLOW)
def test_slow_connections_keep_nobody_from_being_answered(company: Company, sent: str) -> None:
    """Issue 8, slow requests: 60 on 40 threads, and nobody was answered before they were closed."""
    with ExitStack() as stack:
        for _ in range(MANY):
            stack.enter_context(line(company)).sendall(SLOW[sent])

        for _ in range(3):
            asking = HTTPConnection(urlsplit(company.url).netloc, timeout=15)
            asking.request("GET", "/ready")
            assert asking.getresponse().status == 200
            asking.close()


def test_a_request_in_pieces_is_answered(company: Company) -> None:
    text = b"POST /sync/v1/token HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 22\r\n\r\n"
    text += b'{"refresh_token":"no"}'
    with line(company) as connection:
        for at in range(0, len(text), 9):
            connection.sendall(text[at : at + 9])
        assert reply(connection).startswith(b"HTTP/1.1 40")


def test_requests_behind_one_another_are_answered_in_order(company: Company) -> None:
    one, two, last = (f"GET {path} HTTP/1.1\r\nHost: a\r\n".encode() for path in ("/health", "/nowhere", "/ready"))
    with line(company) as connection:
        connection.sendall(one + b"\r\n" + two + b"\r\n" + last + b"Connection: close\r\n\r\n")
        received = reply(connection)

    assert [part[:3] for part in received.split(b"HTTP/1.1 ")[1:]] == [b"200", b"404", b"200"]


@pytest.mark.parametrize("size", [10, 100_000])
def test_whoever_asks_for_leave_to_send_is_given_it(company: Company, size: int) -> None:
    head = f"POST /api/v1/parts HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {company.admin.token}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {size}\r\nExpect: 100-continue\r\n"
    with line(company) as connection:
        connection.sendall(head.encode() + b"Connection: close\r\n\r\n")
        assert connection.recv(25).startswith(b"HTTP/1.1 100 Continue")
        connection.sendall(b"[" + b" " * (size - 2) + b"]")
        assert b"HTTP/1.1 400 " in reply(connection)


def test_a_head_without_end_is_refused(company: Company) -> None:
    with line(company) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000)
        assert reply(connection).startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize("header", ["Transfer-Encoding: chunked", "Content-Length: 65537"])
def test_a_stranger_says_how_long_a_small_body_is(company: Company, header: str) -> None:
    """Issue 8, slow requests: on every route that is open to everybody."""
    for path in ("/sync/v1/token", "/sync/v1/devices", "/api/v1/sessions"):
        with line(company) as connection:
            connection.sendall(f"POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{header}\r\n\r\n".encode())
            assert reply(connection)[:12] in (b"HTTP/1.1 411", b"HTTP/1.1 413")


@pytest.mark.parametrize("blanks", [100, 100_000], ids=["gathered", "read by a thread"])
def test_a_body_that_comes_slowly_is_no_wrong_clock(company: Company, blanks: int) -> None:
    """Issue 8, 7b: its first byte is compared with the device's clock, wherever the rest was waited for."""
    handset = HttpDevice(company.url, company.code(company.hire("Anna")))
    body = {"incarnation": 1, "now": datetime.now(UTC).isoformat(), "operations": []}
    text = json.dumps(body).encode() + b" " * blanks
    head = f"POST /sync/v1/push HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {handset.desk.token}\r\n"
    head += f"Content-Type: application/json\r\nConnection: close\r\nContent-Length: {len(text)}\r\n\r\n"
    with line(company) as connection:
        connection.sendall(head.encode())
        for at in range(8):
            sleep(1)
            connection.sendall(text[at * len(text) // 8 : (at + 1) * len(text) // 8])
        assert b"HTTP/1.1 200 " in reply(connection)
    offset = company.admin.get(f"devices/{handset.id}")["live"]["clock_offset_ms"]
    assert abs(offset) < 5000
