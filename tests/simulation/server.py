"""The server without Flask and PostgreSQL: the real core of sync on a log, views and tokens in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple, cast
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import orjson

from api.http.problems import RETRY_SECONDS
from api.sync.blueprint import DeviceSuspended
from domain.access.identity import DeviceIdentity, TokenExpired
from domain.integrity.log_life import LogLife
from domain.kernel.envelope import Envelope
from domain.kernel.problem import Kind, NotFound, Problem
from domain.kernel.problem_document import STATUS, document
from sync.admission import Overloaded
from sync.app_version import OldestApp
from sync.arrival import Arrival
from sync.challenge import Challenges
from sync.cursor import Cursors
from sync.device import Reply
from sync.enrolment import EnrolmentService
from sync.entry import EnrolmentRequest, RefreshRequest, parse_body
from sync.holding import Holding
from sync.ports import Held
from sync.pull import Pull
from sync.push import PushIntake
from sync.salvage import Salvage
from sync.verify import Verify, parse_verify
from tests.simulation.access_tables import Tables
from tests.simulation.clocks import TrueClock
from tests.simulation.memory_access import MemoryAccess
from tests.simulation.memory_blobs import Kept, MemoryBlobs
from tests.simulation.memory_log import Backup, MemoryLog
from tests.simulation.memory_views import MemoryViews

SECRET = b"the secret of cursors" * 2


class Crashed(BaseException):
    """The server's process crashed; the request gets no reply."""


class PlainHolding(Holding):
    """Decides held operations, and passes assertion errors on instead of logging them."""

    def _failed_with(self, group: Held, error: Exception) -> int:
        if isinstance(error, AssertionError):
            raise error
        return super()._failed_with(group, error)


class Copy(NamedTuple):
    """A backup of the server."""

    log: Backup
    access: Tables
    blobs: Kept
    position: int


class Server:
    """Answers requests one at a time; objects around its storage are built anew after each crash."""

    def __init__(self, log: MemoryLog, views: MemoryViews, access: MemoryAccess, clock: TrueClock) -> None:
        self.log, self.views, self.access, self.clock = log, views, access, clock
        self.blobs = MemoryBlobs(log)
        self.patience, self.oldest_app, self.process = True, "", 0
        self._copy: Copy | None = None
        self._next_life: UUID | None = None
        self.start()

    def start(self) -> None:
        """Start a new process; what the one before was doing is lost."""
        self.process += 1
        arrival = Arrival(self.log, self.views.works_for, unsigned=True)
        cursors = Cursors(SECRET)
        self.pull = Pull(self.views, cursors, OldestApp(self.oldest_app))
        self.push = PushIntake(arrival, self.access, self.pull, lambda position, _: self._caught_up(position))
        self.salvage, self.holding = Salvage(arrival), PlainHolding(self.log, self.views, self.views.works_for)
        self.verify = Verify(self.log, self.views, cursors, self.access.turns)
        while self._next_life is not None and self.log.epoch() != self._next_life:
            with suppress(Crashed):
                self._begin_life(self._next_life)
        self.enrolment = EnrolmentService(
            cast("Any", self.log), cast("Any", self.access), Challenges(SECRET), unsigned=True
        )

    def back_up(self) -> None:
        """Copy everything that is stored."""
        self._copy = Copy(self.log.backup(), self.access.backup(), self.blobs.backup(), self.views.position)

    def restore(self, epoch: UUID) -> bool:
        """Go back to the copy; False if there is none. The next process begins another life of the log."""
        if self._copy is None:
            return False
        self._next_life = epoch
        self.log.restore(self._copy.log)
        self.access.restore(self._copy.access)
        self.blobs.restore(self._copy.blobs)
        self.views.rebuild(self._copy.position)
        return True

    def _begin_life(self, epoch: UUID) -> None:
        """Record that the log was restored, with its new epoch."""
        work, log = self.log.work(), self.log
        fields = {"previous": log.epoch(), "restored_through": log.head(), "reason": "It came back from a backup."}
        work.add(Envelope(occurred_at=self.clock.now()), LogLife.begin_anew(id=epoch, **fields))  # type: ignore[arg-type]
        work.commit()

    def answer(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        """The reply to a request, as the routes of `api/sync` make it."""
        path, name = urlsplit(url).path, url.rpartition("/")[2]
        try:
            if path.startswith("/sync/v1/blobs/"):
                return self._blob(method, name, headers, body or b"")
            status, content = self._routed(method, url, headers, body or b"")
        except Problem as problem:
            return problem_reply(problem)
        return Reply(status, {"content-type": "application/json"}, content)

    def _blob(self, method: str, name: str, headers: Mapping[str, str], body: bytes) -> Reply:
        who, length = self._who(headers), headers.get("Upload-Length")
        if method == "PUT":
            progress = self.blobs.take(who, name, headers.get("Upload-Offset", ""), body, length)
        else:
            progress = self.blobs.progress(who, name, length)
        progress_headers = {"upload-offset": str(progress.offset), "upload-length": str(progress.length)}
        return Reply(200, progress_headers, b"" if method == "HEAD" else orjson.dumps(progress._asdict()))

    def _routed(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        parts, encoding, now = urlsplit(url), headers.get("Content-Encoding"), self.clock.now()
        routes: dict[tuple[str, str], Callable[[], bytes]] = {
            ("POST", "devices"): lambda: orjson.dumps(self.enrolment.enrol(parse_body(body, EnrolmentRequest), now)),
            ("POST", "token"): lambda: orjson.dumps(self.enrolment.refresh(parse_body(body, RefreshRequest), now)),
            ("POST", "push"): lambda: self.push.reply(self._who(headers), body, encoding, now),
            ("GET", "pull"): lambda: self._pull(self._reader(headers), parse_qs(parts.query)),
            ("POST", "verify"): lambda: self.verify.reply(self._reader(headers), parse_verify(body, encoding), now),
            ("POST", "salvage"): lambda: self.salvage.reply(self._revoked(headers), body, encoding, now),
            ("POST", "wiped"): lambda: self._wiped(self._revoked(headers)),
        }
        verb = parts.path.removeprefix("/sync/v1/")
        route = routes.get((method, verb))
        if route is None:
            raise NotFound
        return 201 if verb == "devices" else 200, route()

    def _revoked(self, headers: Mapping[str, str]) -> DeviceIdentity:
        return self._who(headers, revoked_too=True)

    def _who(self, headers: Mapping[str, str], *, revoked_too: bool = False) -> DeviceIdentity:
        scheme, _, token = headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer":
            raise TokenExpired
        return self.access.who(token, revoked_too=revoked_too)

    def _reader(self, headers: Mapping[str, str]) -> DeviceIdentity:
        who = self._who(headers)
        if who.status != "active":
            raise DeviceSuspended
        self.pull.must_serve(who)
        return who

    def _pull(self, who: DeviceIdentity, query: dict[str, list[str]]) -> bytes:
        cursor = query.get("cursor", [None])[0]
        return self.pull.reply(who, cursor, int(query.get("limit", ["500"])[0]), self.clock.now())

    def _wiped(self, who: DeviceIdentity) -> bytes:
        self.salvage.record_wipe(who, self.clock.now())
        return b"{}"

    def _caught_up(self, position: int) -> bool:
        """Let the views catch up while a push waits, unless they are late; whether they have the position."""
        if self.patience:
            self.views.catch_up()
        return self.views.position >= position


def problem_reply(problem: Problem) -> Reply:
    """The reply for a problem, as `api/http/problems.py` makes it."""
    body = document(problem)
    headers = {"content-type": "application/problem+json"}
    if problem.kind in (Kind.RATE_LIMITED, Kind.UNAVAILABLE):
        headers["retry-after"] = str(body.get("retry_after", RETRY_SECONDS))
    return Reply(STATUS[problem.kind], headers, orjson.dumps(body))


def overloaded() -> Reply:
    """The reply of an overloaded server."""
    return problem_reply(Overloaded())
