"""The office of the story: users who sign in and send commands over HTTP, each command once."""

from __future__ import annotations

import json
import time
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

from callout.demo.steps import ZONE, Ask
from domain.kernel.problem import Kind, Problem

_TRIES = 30
_PAUSE_SECONDS = 0.5
_TIMEOUT_SECONDS = 30.0
_BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


class StoryStuck(Problem):
    """A step of the story failed."""

    kind = Kind.CONFLICT


class Office:
    """Clerks at one server; each signs in when they are first needed."""

    def __init__(self, url: str, passwords: dict[str, str]) -> None:
        self._address = urlsplit(url).netloc
        self._passwords = passwords
        self._tokens: dict[str, str] = {}
        self._connection = HTTPConnection(self._address, timeout=_TIMEOUT_SECONDS)

    def ask(self, step: Ask) -> dict[str, Any]:
        """Send a command of the story; a repeated one gets its first answer. Raises `StoryStuck` for a refusal."""
        body = {**step.body, "occurred_at": step.at.isoformat()} | ({} if "zone" in step.body else {"zone": ZONE})
        return self._as(step.login, "POST", step.path, body, {"Idempotency-Key": f"story {step.key}"})

    def enrolment_code(self, login: str, technician: str) -> str:
        """A new code for a device of this technician."""
        return str(self._as(login, "POST", f"technicians/{technician}/enrolments", {}, {})["code"])

    def read(self, login: str, path: str) -> dict[str, Any]:
        """The JSON that a clerk gets at a path."""
        return self._as(login, "GET", path, None, {})

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _as(self, login: str, method: str, path: str, body: Any, headers: dict[str, str]) -> dict[str, Any]:
        if login not in self._tokens:
            signed_in = self._send("POST", "sessions", {"login": login, "password": self._passwords[login]}, {})
            self._tokens[login] = signed_in["token"]
        return self._send(method, path, body, headers | {"Authorization": f"Bearer {self._tokens[login]}"})

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> dict[str, Any]:
        """Send a request, again while the server is busy or restarts; a repeated command takes effect once."""
        text = None if body is None else json.dumps(body)
        reason = "no answer"
        for _ in range(_TRIES):
            try:
                self._connection.request(
                    method, f"/api/v1/{path}", text, headers | {"Content-Type": "application/json"}
                )
                with closing(self._connection.getresponse()) as reply:
                    answer: dict[str, Any] = json.loads(reply.read() or b"{}")
                if reply.status < HTTPStatus.BAD_REQUEST:
                    return answer
                reason = f"{reply.status} {answer.get('detail')} {answer.get('errors', '')}"
                if reply.status not in _BUSY:
                    break
            except (OSError, HTTPException):
                self._connection.close()
            time.sleep(_PAUSE_SECONDS)
        raise StoryStuck(f"{method} {path}: {reason}")
