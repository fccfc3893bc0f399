"""A request has arrived when it is whole, in whatever pieces it comes, and a slow one is given up."""

from __future__ import annotations

import pytest

from callout.arriving import MOST_GATHERED, MOST_HEAD, PATIENCE_SECONDS, SLOWEST, Arriving

HEAD = b"POST /sync/v1/token HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n"


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("text", [HEAD + b"abcde", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"])
def test_a_request_is_ready_with_its_last_byte(text: bytes, size: int) -> None:
    """Issue 8, slow requests: nothing less is given a thread."""
    arriving = Arriving(0.0)
    pieces = [text[at : at + size] for at in range(0, len(text), size)]

    for piece in pieces:
        assert not arriving.is_ready
        arriving.take(piece, 0.0)

    assert arriving.is_ready
    assert bytes(arriving.data) == text


@pytest.mark.parametrize(
    "line",
    [
        b"Content-Length: %d" % (MOST_GATHERED + 1),
        b"Transfer-Encoding: chunked",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked",
        b"Content-Length: 5\r\nContent-Length: 6",
        b"Content-Length: -5",
        b"Content-Length: 5, 5",
    ],
)
def test_a_long_or_doubtful_body_is_for_whoever_answers(line: bytes) -> None:
    arriving = Arriving(0.0)
    arriving.take(b"POST / HTTP/1.1\r\n" + line + b"\r\n\r\n", 0.0)

    assert arriving.is_ready


def test_whoever_asks_for_leave_is_given_it_once() -> None:
    asking, sent = Arriving(0.0), Arriving(0.0)
    head = HEAD.replace(b"Host: a", b"expect: 100-continue")

    asking.take(head, 0.0)
    sent.take(head + b"abcde", 0.0)

    assert (asking.must_continue, asking.is_ready) == (True, False)
    assert (sent.must_continue, sent.is_ready) == (False, True)


def test_a_head_has_an_end() -> None:
    """Issue 8, slow requests: neither in time nor in bytes."""
    slow, long = Arriving(100.0), Arriving(100.0)
    slow.take(b"GET / HTTP/1.1\r\nX: " + b"x" * 50_000, 0.0)
    long.take(b"GET / HTTP/1.1\r\nX: " + b"x" * MOST_HEAD, 0.0)

    assert (slow.is_endless, long.is_endless) == (False, True)
    assert not slow.is_late(100.0 + PATIENCE_SECONDS)
    assert slow.is_late(100.1 + PATIENCE_SECONDS)


def test_a_body_may_take_as_long_as_a_slow_line_needs() -> None:
    """A phone at 1 KiB a second is no attack."""
    arriving = Arriving(0.0)
    arriving.take(HEAD.replace(b"5", b"60000"), 0.0)
    for second in range(1, 50):
        arriving.take(b"x" * SLOWEST, 0.0)
        assert not arriving.is_late(float(second))
    assert arriving.is_late(50 + PATIENCE_SECONDS)
