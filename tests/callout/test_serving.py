"""A server is ready when it can accept requests, however far its views are behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Event, Thread
from typing import Any, cast

import pytest

from callout import serving
from callout.serving import NotReady, Running


@contextmanager
def answering(**checks: str) -> Iterator[Running]:
    """A server that says this of itself, with 503 as long as anything is wrong."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if set(checks.values()) == {"ok"} else 503)
            self.end_headers()
            self.wfile.write(json.dumps({"checks": checks}).encode())

        def log_message(self, *_: Any) -> None:
            """Tests say nothing."""

    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Running(f"http://127.0.0.1:{server.server_address[1]}", cast("Any", None), Event())
        finally:
            server.shutdown()
            thread.join()


def test_views_that_are_far_behind_do_not_end_a_server() -> None:
    with answering(database="ok", migrations="ok", views="behind") as running:
        serving._wait_until_ready(running)


@pytest.mark.parametrize("wrong", [{"database": "away"}, {"migrations": "pending"}])
def test_a_server_that_cannot_take_work_in_is_not_ready(monkeypatch: pytest.MonkeyPatch, wrong: dict[str, str]) -> None:
    monkeypatch.setattr(serving, "_READY_SECONDS", 0.3)

    with (
        answering(**({"database": "ok", "migrations": "ok", "views": "ok"} | wrong)) as running,
        pytest.raises(NotReady),
    ):
        serving._wait_until_ready(running)
