"""A client of the API for a user of the office: real HTTP on one connection; their texts are recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection, HTTPException
from time import monotonic, sleep
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

Json = dict[str, Any]
SECONDS = 60
VIEWS_SECONDS = 240  # for which somebody waits for the views on a busy machine
IDLE_SECONDS = 10  # after which the server may have hung up


class Answer(NamedTuple):
    """The reply to a request; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Json:
        """The body as an object."""
        parsed = json.loads(self.body)
        assert isinstance(parsed, dict), parsed
        return parsed


class OfficeClient:
    """One signed-in user, for one thread. `position` is the highest position of their own commands."""

    def __init__(self, url: str, token: str = "") -> None:
        self.url = url
        self.token = token
        self.position = 0
        self._line = HTTPConnection(urlsplit(url).netloc, timeout=SECONDS)
        self._used = monotonic()

    @classmethod
    def sign_in(cls, url: str, login: str, password: str) -> OfficeClient:
        """Sign in; the client of this user."""
        return cls(url, cls(url).post("sessions", {"login": login, "password": password})["token"])

    def again(self) -> OfficeClient:
        """The same user on another connection, for another thread."""
        return OfficeClient(self.url, self.token)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send a request; any reply. Header names are written with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named |= {"Authorization": f"Bearer {self.token}"} if self.token else {}
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        named |= {"Content-Type": "application/json"} if raw is not None else {}
        if monotonic() - self._used > IDLE_SECONDS:
            self._line.close()
        try:
            return self._exchange(method, path, raw, named)
        except (OSError, HTTPException):
            if method != "GET":
                raise
            return self._exchange(method, path, raw, named)  # whoever kept the line open may have been killed

    def _exchange(self, method: str, path: str, raw: bytes | None, headers: dict[str, str]) -> Answer:
        try:
            self._line.request(method, path, raw, headers)
            answer = self._line.getresponse()
            return Answer(answer.status, {name.lower(): text for name, text in answer.getheaders()}, answer.read())
        except (OSError, HTTPException):
            self._line.close()
            raise
        finally:
            self._used = monotonic()

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> Json:
        """Give a command under `/api/v1`, which must succeed; `key` is its Idempotency-Key.

        One that asks to be repeated when the views are further (503) is.
        """
        named, last = {"Idempotency_Key": key} if key else {}, monotonic() + VIEWS_SECONDS
        answer = self.ask("POST", f"/api/v1/{path}", body or {}, **named)
        while answer.status == 503 and monotonic() < last:
            sleep(0.1)
            answer = self.ask("POST", f"/api/v1/{path}", body or {}, **named)
        assert answer.status in (200, 201), f"{path}: {answer.status} {answer.body.decode()}"
        result = answer.json()
        self.position = max(self.position, result.get("position", 0))
        return result

    def get(self, path: str, **query: Any) -> Json:
        """Read under `/api/v1`, waiting for the views to have this client's own commands."""
        past = "as_of" in query or "known_at" in query
        asked = query if past else {"at_least": self.position} | query
        answer, last = self.ask("GET", f"/api/v1/{path}?{urlencode(asked)}"), monotonic() + VIEWS_SECONDS
        while answer.status == 503 and monotonic() < last:  # the views are on their way
            sleep(float(answer.headers["retry-after"]))
            answer = self.ask("GET", f"/api/v1/{path}?{urlencode(asked)}")
        assert answer.status == 200, f"{path}: {answer.status} {answer.body.decode()}"
        return answer.json()

    def every(self, path: str, **query: Any) -> Iterator[Json]:
        """Every item of a list, page after page."""
        query |= {"limit": 500}
        while True:
            page = self.get(path, **query)
            yield from page["items"]
            if page["next"] is None:
                return
            query["cursor"] = page["next"]

    def __del__(self) -> None:
        self._line.close()
