"""HTTP of a lean device: its identity, signed operations, and one connection whose replies are counted in the book."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from http.client import HTTPConnection, HTTPException
from random import Random
from threading import Lock
from time import sleep
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import uuid4

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.chaos.book import Book

Json = dict[str, Any]
_SILENCE_SECONDS = 20.0
_LONGEST_PAUSE = 2.0


class Response(NamedTuple):
    """A reply; status 0 if none arrived."""

    status: int
    body: Json
    retry_after: float

    @property
    def code(self) -> str:
        """The problem's code, empty if there is none."""
        return str(self.body.get("type", "")).rpartition("/")[2]


class Identity:
    """The identity of a lean device: its key, its tokens, and the reply to its enrolment."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._key = Ed25519PrivateKey.generate()
        self._install, self._lock = str(uuid4()), Lock()
        self.enrolled: Json = {}

    def enrol(self, url: str, code: str) -> None:
        """Enrol with a code."""
        public = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        wish = {"code": code, "install_id": self._install, "name": self.name, "platform": "lean", "app_version": "1"}
        wish |= {"public_key": _text(public), "proof": self._sign(f"callout enrolment\n{code}\n{self._install}")}
        with closing(Caller(url, self, Book(), Random())) as caller:
            response = caller.ask("POST", "/sync/v1/devices", orjson.dumps(wish))
        assert response.status == 201, response
        self.enrolled = response.body

    def renew(self, caller: Caller, stale: str) -> None:
        """Refresh the tokens, unless another thread of the device has done so."""
        with self._lock:
            if self.enrolled["access_token"] != stale:
                return
            old, device = self.enrolled["refresh_token"], self.enrolled["device_id"]
            proof = self._sign(f"callout token\n{device}\n{old}")
            wish = {"refresh_token": old, "device_id": device, "proof": proof}
            response = caller.ask("POST", "/sync/v1/token", orjson.dumps(wish))
            if response.status == 200:
                self.enrolled = self.enrolled | response.body

    def signed(self, operation: Json) -> bytes:
        """The operation's text, with its signature."""
        bare = {name: value for name, value in operation.items() if name != "seq"}
        canonical = json.dumps(bare, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        signature = self._sign(f"callout operation\n{sha256(canonical).hexdigest()}")
        return orjson.dumps(operation | {"signature": signature})

    def _sign(self, text: str) -> str:
        return _text(self._key.sign(text.encode()))


class Caller:
    """One connection of one device, for one thread; opened again whenever it breaks."""

    def __init__(self, url: str, identity: Identity, book: Book, dice: Random) -> None:
        self._line = HTTPConnection(urlsplit(url).netloc, timeout=_SILENCE_SECONDS)
        self._identity, self._book, self._dice = identity, book, dice
        self._failures = 0

    def ask(self, method: str, path: str, body: bytes | None = None) -> Response:
        """Send a request; any reply."""
        token = self._identity.enrolled.get("access_token", "")
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        try:
            self._line.request(method, path, body, headers)
            answer = self._line.getresponse()
            raw = answer.read()
        except (OSError, HTTPException) as error:
            self._line.close()
            self._book.answered(f"none ({type(error).__name__})")
            return Response(0, {}, 0)
        if not raw:  # what was cut off within its headers looks whole
            self._line.close()
            self._book.answered("none (cut off)")
            return Response(0, {}, 0)
        self._book.answered(str(answer.status))
        try:
            parsed = orjson.loads(raw)
        except ValueError:
            self._book.add_unexpected(f"{path} was answered {answer.status} with something that is not JSON")
            parsed = {}
        response = Response(answer.status, parsed, float(answer.headers.get("Retry-After") or 0))
        if response.code == "token-expired":
            self._identity.renew(self, token)
        elif response.status not in (200, 201, 409, 429, 503):
            self._book.add_unexpected(
                f"{path} was answered {response.status} {response.code}: {response.body.get('detail')}"
            )
        return response

    def push(self, operations: list[bytes], cursor: str | None, *, pull: bool) -> Response:
        """Push operations; any reply."""
        head = {"incarnation": self._identity.enrolled["incarnation"], "epoch": self._identity.enrolled["epoch"]}
        start = orjson.dumps(head | {"now": datetime.now(UTC).isoformat()})[:-1]
        page = orjson.dumps({"limit": 500} | ({"cursor": cursor} if cursor else {}))
        end = b',"pull":' + page + b"}" if pull else b"}"
        return self.ask("POST", "/sync/v1/push", start + b',"operations":[' + b",".join(operations) + b"]" + end)

    def rest(self, response: Response) -> None:
        """Sleep before the next attempt: as long as the server asked for, or longer each time."""
        self._failures = 0 if response.status == 200 else self._failures + 1
        pause = response.retry_after or 0.05 * 2 ** min(self._failures, 6)
        sleep(min(pause, _LONGEST_PAUSE) * (1 + self._dice.random() / 2))

    def close(self) -> None:
        """Close the connection."""
        self._line.close()


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
