"""The network: it loses, repeats, truncates, delays and reorders requests and replies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from sync.device import Reply
from tests.simulation.server import Crashed, overloaded

if TYPE_CHECKING:
    from tests.simulation.world import World

MOST_KEPT = 20


class Request(NamedTuple):
    """A request and the number of the phone that sends it."""

    phone: int
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None


class Network:
    """Carries requests between phones and server."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.cut_off: set[int] = set()
        self.kept: list[Request] = []
        self._at_the_server: list[Request] = []

    def transport_of(self, phone: int) -> Callable[[str, str, Mapping[str, str], bytes | None, float], Reply]:
        """The transport of a phone's device."""

        def exchange(method: str, url: str, headers: Mapping[str, str], body: bytes | None, _: float) -> Reply:
            return self._exchange(Request(phone, method, url, dict(headers), body))

        return exchange

    def deliver_late(self) -> None:
        """Deliver a request that was delayed; its reply is dropped."""
        if self.kept:
            self._deliver(self.kept.pop(self._world.dice.randrange(len(self.kept))))

    def send_again(self) -> None:
        """Deliver the request that the server is handling once more; the repetition is answered first."""
        if len(self._at_the_server) == 1:
            self._deliver(self._at_the_server[0])

    def _exchange(self, request: Request) -> Reply:
        happens = self._world.happens
        if request.phone in self.cut_off or happens("request lost"):
            raise ConnectionError("no network")
        self._take_time(request)
        if happens("server busy"):
            return overloaded()
        if request.body and happens("body cut short"):
            request = request._replace(body=self._cut(request.body))
        if happens("request repeated"):
            self._deliver(request)
        reply = self._deliver(request)
        self._take_time(None)
        if happens("others go first"):
            self._world.others_go_first(request.phone)
        if reply is None or happens("reply lost"):
            raise ConnectionError("the connection was closed")
        return reply._replace(body=self._cut(reply.body)) if happens("reply cut short") else reply

    def _take_time(self, request: Request | None) -> None:
        """Let time pass; others may go first, and the request may be kept to be delivered again later."""
        happens = self._world.happens
        if happens("long delay"):
            self._world.clock.advance(self._world.dice.uniform(1, 4000))
        if request is None:
            return
        if happens("others go first"):
            self._world.others_go_first(request.phone)
        if happens("request kept for later") and len(self.kept) < MOST_KEPT:
            self.kept.append(request)

    def _cut(self, body: bytes) -> bytes:
        """The beginning of a body, up to a random place."""
        return body[: int(self._world.dice.random() * len(body))]

    def _deliver(self, request: Request) -> Reply | None:
        """The server's reply, `None` if it crashed."""
        self._at_the_server.append(request)
        try:
            reply = self._world.server.answer(request.method, request.url, request.headers, request.body)
        except Crashed:
            self._world.server.start()
            return None
        finally:
            self._at_the_server.pop()
        self._world.auditor.answered(request, reply)
        return reply
