"""Raw HTTP requests that must not mislead the server: other paths, two lengths, echoes of what was sent."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import pytest

from tests.support.company import Company


def status(company: Company, request: str) -> int:
    """The status of the reply to these lines."""
    place = urlsplit(company.url)
    with socket.create_connection((place.hostname, place.port or 80), timeout=20) as line:
        line.sendall((request.replace("\n", "\r\n") + "\r\n").encode())
        return int(line.recv(65536).split(b" ", 2)[1])


def test_no_header_says_under_which_path_the_application_is(company: Company) -> None:
    """Otherwise a proxy's rule for a path could be evaded."""
    header = "Host: a\nSCRIPT_NAME: /elsewhere\nConnection: close\n"

    assert status(company, f"GET /elsewhere/health HTTP/1.1\n{header}") == 404
    assert status(company, f"GET /health HTTP/1.1\n{header}") == 200


@pytest.mark.parametrize(
    "lengths", ["Content-Length: 5\nTransfer-Encoding: chunked", "Content-Length: 5\nContent-Length: 6"]
)
def test_a_body_has_one_length(company: Company, lengths: str) -> None:
    assert status(company, f"POST /api/v1/sessions HTTP/1.1\nHost: a\n{lengths}\nConnection: close\n\n0\n") == 400


def test_nothing_is_echoed(company: Company) -> None:
    assert status(company, "TRACE /health HTTP/1.1\nHost: a\nConnection: close\n") == 405
