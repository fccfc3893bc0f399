"""The server without Flask and PostgreSQL: the real core of sync on a log, views and tokens in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import msgspec
import orjson

from api.problems import RETRY_SECONDS, STATUS, Overloaded, document
from api.sync.blueprint import DeviceSuspended
from domain.instant import format_instant
from domain.problem import Kind, NotFound, Problem
from store.device_access import TokenExpired
from store.identity import DeviceIdentity
from sync.cursor import Cursors
from sync.device import Reply
from sync.enrolment import EnrolmentAsked, EnrolmentDesk, RefreshAsked, parse_body
from sync.envelope import parse_push
from sync.pull import Pull
from sync.push import PushIntake
from tests.simulation.clocks import TrueClock
from tests.simulation.memory_access import MemoryAccess
from tests.simulation.memory_log import MemoryLog
from tests.simulation.memory_views import MemoryViews

SECRET = b"the secret of cursors" * 2


class Crashed(BaseException):
    """The server's process died; nobody gets an answer."""


class Server:
    """Answers requests one at a time. What it builds around its storage is lost with each crash and built again."""

    def __init__(self, log: MemoryLog, views: MemoryViews, access: MemoryAccess, clock: TrueClock) -> None:
        self.log, self.views, self.access, self.clock = log, views, access, clock
        self.patience = True
        self.start()

    def start(self) -> None:
        """A new process."""
        self.push = PushIntake(self.log, self.views.works_for)
        self.pull = Pull(self.views, Cursors(SECRET))
        self.desk = EnrolmentDesk(cast("Any", self.log), cast("Any", self.access))

    def answer(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        """One exchange, as the real doors of `api/sync` hold it."""
        try:
            status, said = self._routed(method, url, headers, body or b"")
        except Problem as problem:
            return told(problem)
        return Reply(status, {"content-type": "application/json"}, said)

    def _routed(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        parts = urlsplit(url)
        match method, parts.path:
            case "POST", "/sync/v1/devices":
                return 201, orjson.dumps(self.desk.enrol(parse_body(body, EnrolmentAsked), self.clock.now()))
            case "POST", "/sync/v1/token":
                return 200, orjson.dumps(self.desk.refresh(parse_body(body, RefreshAsked)))
            case "POST", "/sync/v1/push":
                return 200, self._push(self._who(headers), headers.get("Content-Encoding"), body)
            case "GET", "/sync/v1/pull":
                return 200, self._pull(self._who(headers), parse_qs(parts.query))
        raise NotFound

    def _who(self, headers: Mapping[str, str]) -> DeviceIdentity:
        scheme, _, token = headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer":
            raise TokenExpired
        return self.access.who(token)

    def _push(self, who: DeviceIdentity, encoding: str | None, body: bytes) -> bytes:
        now = self.clock.now()
        asked = parse_push(body, encoding)
        pushed = self.push.take(who, asked, now)
        parts = [
            b'{"epoch":"%s","acknowledged":%d,"server_time":"%s","results":'
            % (str(pushed.epoch).encode(), pushed.acknowledged, format_instant(now).encode()),
            msgspec.json.encode(pushed.results),
        ]
        if asked.pull is not None and who.standing == "active" and self._caught_up(pushed.last_position()):
            parts += [b',"changes":', self.pull.reply(who, asked.pull.cursor, asked.pull.limit, now)]
        return b"".join((*parts, b"}"))

    def _pull(self, who: DeviceIdentity, query: dict[str, list[str]]) -> bytes:
        if who.standing != "active":
            raise DeviceSuspended
        cursor = query.get("cursor", [None])[0]
        wait = float(query.get("wait", ["0"])[0])
        return self.pull.reply(who, cursor, int(query.get("limit", ["500"])[0]), self.clock.now(), wait)

    def _caught_up(self, position: int) -> bool:
        """The views catch up while a push waits, unless they are having a bad time."""
        if self.patience:
            self.views.catch_up()
        return self.views.position >= position


def told(problem: Problem) -> Reply:
    """The reply for a problem, as `api/problems.py` tells it."""
    said = document(problem)
    headers = {"content-type": "application/problem+json"}
    if problem.kind in (Kind.RATE_LIMITED, Kind.UNAVAILABLE):
        headers["retry-after"] = str(said.get("retry_after", RETRY_SECONDS))
    return Reply(STATUS[problem.kind], headers, orjson.dumps(said))


def overloaded() -> Reply:
    """What a server says that has no time."""
    return told(Overloaded())
