"""Requests to the server: repeated after failures with growing pauses, and with valid tokens."""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from http import HTTPStatus as Http
from http.client import HTTPException
from pathlib import Path

from .errors import BadUseError, OfflineError, RefusedError
from .file import File
from .identity import Identity
from .json_text import Json, to_json
from .limits import CHALLENGES, DAY, GZIP_FROM, PATIENCE, TIMEOUT
from .request import Answer, Request, to_answer
from .world import Reply, World


class Wire:
    """Sends requests until there is an answer, with pauses, and renews the tokens."""

    def __init__(self, file: File, world: World, identity: Identity, tries: int) -> None:
        self.file, self.world, self.identity, self.tries = file, world, identity, tries
        self.gzip = True

    def call(self, request: Request) -> Answer:
        """The answer to a request; raises OfflineError after some attempts, or RefusedError."""
        if request.patient:
            self._wait_for_pause()
        attempts, renewed = 1, False
        while True:
            access = self._access() if request.authorized else None
            try:
                answer = self._ask(request, access)
            except OfflineError as error:
                if not request.patient:
                    raise
                delay = self._put_off(error.wait)
                if attempts >= self.tries or (error.wait or 0) > PATIENCE:
                    raise
                attempts += 1
                self.world.sleep(delay)
            except RefusedError as error:
                if self._is_stale(error, request) and access and not renewed:
                    renewed = True
                    self._renew(access)
                elif error.status == Http.UNSUPPORTED_MEDIA_TYPE and self.gzip:
                    self.gzip = False
                else:
                    self._reached()
                    raise
            else:
                self._reached()
                return answer

    def _is_stale(self, error: RefusedError, request: Request) -> bool:
        silent = request.method == "HEAD" and error.status == Http.UNAUTHORIZED  # such an answer has no body
        return silent or error.code == "token-expired"

    def _access(self) -> str:
        access: str | None = self.file.get("access_token")
        if access is None:
            raise RefusedError("This device is not enrolled: ask the office for a code.")
        return access

    def _address(self) -> str:
        address = str(self.file.get("base_url", "")).rstrip("/")
        if not address:
            raise BadUseError("Say where the server is, once: --url https://…")
        return address

    def _ask(self, request: Request, access: str | None) -> Answer:
        """The answer to one attempt; raises OfflineError when another attempt may help, or RefusedError."""
        address, body = self._address(), request.make() if request.make else None
        headers = {"Accept": "application/json", "Content-Type": "application/json"} | dict(request.headers)
        headers |= {"Authorization": f"Bearer {access}"} if access else {}
        if body and len(body) > GZIP_FROM and self.gzip and request.method == "POST":
            body, headers["Content-Encoding"] = gzip.compress(body, mtime=0), "gzip"
        with self._answering():
            reply = self.world.transport(request.method, address + request.path, headers, body, TIMEOUT + request.wait)
        answer = to_answer(reply)
        if not all(member in answer.fields for member in request.members):
            raise OfflineError(f"What answers at {address} does not speak the sync protocol.")
        return answer

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """Context in which a failure of the network raises OfflineError."""
        try:
            yield
        except (OSError, HTTPException, ValueError) as error:
            raise OfflineError(f"No answer from {self._address()} ({str(error) or type(error).__name__}).") from error

    def lines(self, path: str) -> Generator[bytes]:
        """The lines of a stream until the server ends it; OfflineError when it breaks off, RefusedError."""
        access = self._access()
        try:
            yield from self._listen(path, access)
        except RefusedError as error:
            if error.code != "token-expired":
                raise
            self._renew(access)
            yield from self._listen(path, self._access())

    def _listen(self, path: str, access: str) -> Iterator[bytes]:
        headers = {"Accept": "text/event-stream", "Authorization": f"Bearer {access}"}
        with self._answering(), self.world.listen(self._address() + path, headers, TIMEOUT) as stream:
            if stream.status != Http.OK:
                to_answer(Reply(stream.status, stream.headers, b"".join(stream.lines)))
            yield from stream.lines

    # Not too often

    def _wait_for_pause(self) -> None:
        """Wait as long as the last failure requires, also after a restart; OfflineError when that is too long."""
        pause, now = self.file.get("pause"), self.world.now()
        if pause and pause["since"] <= now < pause["until"]:  # a clock that was set back ends it
            left = pause["until"] - now
            if left > 1.5 * PATIENCE:
                raise OfflineError(f"The server asked to be left alone for another {left:.0f} seconds.", wait=left)
            self.world.sleep(left)

    def _put_off(self, wait: float | None) -> float:
        """After a failure: set the time to wait, which is stored for the next start as well."""
        failures, now = (self.file.get("pause") or {}).get("failures", 0), self.world.now()
        delay = self.world.jittered(min(wait, DAY) if wait else min(0.5 * 2**failures, PATIENCE))
        self.file.set(pause={"failures": min(failures + 1, 20), "since": now, "until": now + delay})
        return delay

    def _reached(self) -> None:
        if self.file.get("pause"):
            self.file.set(pause=None)

    # Tokens

    def _renew(self, stale: str) -> None:
        """Exchange the refresh token for a new pair; one process at a time, as using it twice locks the device out."""
        lock = f"{self.file.path}.renewing" if Path(self.file.path).exists() else ":memory:"
        with closing(sqlite3.connect(lock, timeout=4 * TIMEOUT, isolation_level=None)) as turn:
            turn.execute("BEGIN EXCLUSIVE")
            if self.file.get("access_token") != stale:
                return  # another process was faster
            self.file.set(renewed_at=self.world.now())  # on a full disk this fails, before the old token is used up
            members = ("access_token", "refresh_token")
            pair = self.prove("/sync/v1/token", members, self._token_request)
            self.file.set(access_token=pair["access_token"], refresh_token=pair["refresh_token"])

    def prove(self, path: str, members: Sequence[str], body: Callable[[Json], Json]) -> Json:
        """The answer to a request with a proof; where the server sends a challenge, to a second one that signs it too.

        `body` returns the body of the request; its argument has the challenge, or is empty.
        """
        proven: Json = {}
        for left in reversed(range(CHALLENGES + 1)):
            make = partial(bytes, to_json(body(proven)).encode())
            try:
                return self.call(Request("POST", path, members, make, authorized=False)).fields
            except RefusedError as error:
                challenge = error.problem.get("challenge")
                if not (left and isinstance(challenge, str) and "proof" in body(proven)):
                    raise
                proven = {"challenge": challenge}
        raise AssertionError("the last attempt returns or raises")

    def _token_request(self, challenge: Json) -> Json:
        device_id, refresh = self.file.get("device_id"), self.file.get("refresh_token")
        proof = self.identity.now().signed(
            "\n".join(("callout token", str(device_id), str(refresh), *challenge.values()))
        )
        return {"refresh_token": refresh} | ({"device_id": device_id, "proof": proof, **challenge} if proof else {})
