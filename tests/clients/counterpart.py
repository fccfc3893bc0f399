"""A server as docs/sync.md has it, for one device: it answers well, or once as a test tells it to."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]
LIMITS = {"operations": 100, "bytes": 1048576, "operation_bytes": 16384, "changes": 1000, "blob_chunk": 262144}


@dataclass(frozen=True)
class Asked:
    """One request: its method and path below /sync/v1/, query, headers and body."""

    what: str
    query: Json
    headers: Json
    raw: bytes

    @property
    def body(self) -> Json:
        parsed = json.loads(gzip.decompress(self.raw) if self.headers.get("content-encoding") == "gzip" else self.raw)
        assert isinstance(parsed, dict), parsed
        return parsed


@dataclass(frozen=True)
class Reply:
    """One reply; `lost` closes the connection instead."""

    status: int
    body: Json
    headers: Json
    lost: bool = False


def problem(status: int, code: str, headers: Json | None = None, **members: Any) -> Reply:
    """A refusal."""
    body = {"type": f"https://callout.example/problems/{code}", "title": code, "detail": f"{code}!", **members}
    return Reply(status, body, headers or {})


def reply(body: Json | None = None, status: int = 200, **headers: str) -> Reply:
    """A reply for the server to give; header names are written with underscores."""
    return Reply(status, body or {}, {name.replace("_", "-"): text for name, text in headers.items()})


LOST = Reply(0, {}, {}, lost=True)


def canonical(value: Any) -> bytes:
    """RFC 8785, as far as documents need it."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def entry(document: Json) -> int:
    """What one document adds to the sum."""
    text = hashlib.sha256(canonical(document["body"])).hexdigest()
    name = f"{document['type']}\0{document['id']}\0{text}".encode()
    return int.from_bytes(hashlib.sha256(name).digest()[:16])


def digests(documents: list[Json]) -> Json:
    """Count and sum of each kind."""
    kinds: dict[str, list[int]] = {"own": [], "shared": []}
    for document in documents:
        kinds["shared" if document.get("shared") else "own"].append(entry(document))
    return {kind: {"count": len(all_), "sum": f"{sum(all_) % 2**128:032x}"} for kind, all_ in kinds.items()}


def leaf(document: Json) -> int:
    """The leaf in which a document lies."""
    return hashlib.sha256(f"{document['type']}\0{document['id']}".encode()).digest()[0]


def sent(push: Json) -> list[int]:
    """The numbers in a push."""
    return [operation["seq"] for operation in push["operations"]]


class Counterpart:
    """Answers on loopback. `once` holds the next answers by verb and path; without one it does what is right."""

    def __init__(self) -> None:
        self.epoch = "epoch-1"
        self.incarnation = 1
        self.time = "2026-11-21T15:40:02.100+01:00"
        self.documents: list[Json] = []
        self.asked: list[Asked] = []
        self.once: dict[str, list[Reply]] = defaultdict(list)
        counterpart = self

        class Door(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                reply = counterpart._reply_to(self.command, self.path, dict(self.headers), raw)
                if reply.lost:
                    self.close_connection = True
                    return
                self.send_response(reply.status)
                body = json.dumps(reply.body).encode()
                standard = {"Content-Type": "application/json", "Content-Length": str(len(body))}
                for name, text in {**standard, **reply.headers}.items():
                    self.send_header(name, text)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_HEAD = answer  # noqa: N815 - the library looks for these names

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def put(self, type_: str, id: str, *, shared: bool = False, **body: Any) -> Json:
        """Add a document."""
        document = {"type": type_, "id": id, "position": 1, "body": body} | ({"shared": True} if shared else {})
        self.documents.append(document)
        return document

    def page(self, changes: list[Json] | None = None, **more: Any) -> Json:
        """A page with these changes, by default all documents."""
        whole = self.documents if changes is None else changes
        body = {"epoch": self.epoch, "cursor": "cursor-1", "through": 7, "more": False, "changes": whole}
        return body | {"digests": digests(self.documents)} | more

    def pushes(self) -> list[Json]:
        """The bodies of all pushes."""
        return [asked.body for asked in self.asked if asked.what == "POST push"]

    def whats(self) -> list[str]:
        """Verb and path of every request."""
        return [asked.what for asked in self.asked]

    def _reply_to(self, method: str, path: str, headers: Json, raw: bytes) -> Reply:
        parts = urlsplit(path)
        what = f"{method} {parts.path.removeprefix('/sync/v1/')}"
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        asked = Asked(what, query, {name.lower(): text for name, text in headers.items()}, raw)
        self.asked.append(asked)
        if self.once[what]:
            return self.once[what].pop(0)
        if what == "POST devices":
            tokens = {"access_token": "access-1", "access_expires_in": 900, "refresh_token": "refresh-1"}
            who = {"device_id": "device-1", "incarnation": self.incarnation, "epoch": self.epoch, "limits": LIMITS}
            who["server_time"] = self.time
            return reply(tokens | who | {"technician": {"id": "ada"}}, 201)
        if what == "POST push":
            return reply(self._applied(asked.body))
        if what == "GET pull":
            return reply(self.page())
        return problem(404, "not-found")

    def _applied(self, body: Json) -> Json:
        results = [
            {"id": operation["id"], "seq": operation["seq"], "status": "applied", "positions": [7], "notices": []}
            for operation in body["operations"]
        ]
        last = results[-1]["seq"] if results else body.get("missing", {"through": 0})["through"]
        return {"epoch": self.epoch, "acknowledged": last, "results": results, "server_time": self.time}
