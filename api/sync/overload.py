"""Refuses requests of devices early while the server is overloaded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from api.http.metrics import Metrics
from api.http.problems import MEDIA_TYPE
from domain.kernel.json_text import encode
from domain.kernel.problem_document import STATUS, document
from sync.admission import BUSY_SECONDS, Overloaded
from sync.gate import Gate

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

QUEUES: Final[Mapping[tuple[str, str], bool]] = {
    ("POST", "/sync/v1/push"): True,
    ("POST", "/sync/v1/salvage"): True,
    ("POST", "/sync/v1/wiped"): True,
    ("PUT", "/sync/v1/blobs/{sha256}"): True,
    ("GET", "/sync/v1/blobs/{sha256}"): False,
    ("HEAD", "/sync/v1/blobs/{sha256}"): False,
    ("GET", "/sync/v1/pull"): False,
    ("GET", "/sync/v1/live"): False,
    ("POST", "/sync/v1/verify"): False,
}
"""The routes that wait in a queue; True for the queue of pushes, False for that of pulls."""
_BLOB: Final = re.compile("/sync/v1/blobs/[^/]+")


class OverloadMiddleware:
    """WSGI middleware that answers 503 when the queue for a request is full.

    It authenticates nobody, reads no body and writes no log line, so that refusing costs a small part of what serving
    does; the refusals are counted in the metrics.
    """

    def __init__(self, served: WSGIApplication, gate: Gate, metrics: Metrics, headers: Mapping[str, str]) -> None:
        """`headers` are added to every response."""
        self._served = served
        self._gate = gate
        self._metrics = metrics
        self._body = encode(document(Overloaded(retry_after=BUSY_SECONDS)))
        self._headers = [
            *headers.items(),
            ("Content-Type", MEDIA_TYPE),
            ("Content-Length", str(len(self._body))),
            ("Retry-After", str(BUSY_SECONDS)),
        ]

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """The 503 response, or that of the wrapped application."""
        begun = perf_counter()
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        route = "/sync/v1/blobs/{sha256}" if _BLOB.fullmatch(path) else path
        pushes = QUEUES.get((method, route))
        if pushes is None or not self._gate.is_full(pushes=pushes):
            return self._served(environ, start_response)
        status = STATUS[Overloaded.kind]
        self._metrics.note(method, route, status, perf_counter() - begun)
        start_response(f"{status} SERVICE UNAVAILABLE", [*self._headers, ("X-Request-Id", uuid4().hex)])
        return [] if method == "HEAD" else [self._body]
