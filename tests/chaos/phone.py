"""A lean device: its journal in memory, each operation sent one to five times, at once, again and long afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random
from threading import Thread
from time import monotonic, time_ns
from typing import NamedTuple
from uuid import UUID

from tests.chaos.caller import Caller, Identity, Json, Response
from tests.chaos.echo import Echo
from tests.chaos.plan import MOST_SENDS
from tests.chaos.replica import Replica
from tests.chaos.shared import Shared
from tests.chaos.work import SURE, Shift

_SMALLEST, _LARGEST = 20, 100
# how often a group begins, an operation needs a colleague's, and may be needed
GROUP, NEEDS, OFFERED = 0.05, 0.01, 0.05
# how often a batch is sent on two connections at once, asks for a page, or is followed by a pull
_TWIN, _WITH_PULL, _PULL = 0.15, 0.1, 0.1


class Batch(NamedTuple):
    """Consecutive operations that are sent together; `cuts` are the places between groups."""

    ids: Sequence[str]
    texts: Sequence[bytes]
    cuts: Sequence[int]


class Phone(Thread):
    """Makes operations as the pace allows and sends them in order; an `Echo` repeats them on another connection."""

    def __init__(self, shared: Shared, identity: Identity, shift: Shift, dice: Random) -> None:
        super().__init__(name=identity.name, daemon=True)
        self.identity, self.shift, self.replica = identity, shift, Replica()
        self.ids: list[str] = []
        self._texts: list[bytes] = []
        self._acknowledged = 0
        url, book, pace, self._promises = shared
        self._book, self._pace, self._dice = book, pace, dice
        self._caller = Caller(url, identity, book, dice)
        self.echo = Echo(Caller(url, identity, book, Random(dice.random())), book, pace, Random(dice.random()))
        self.failure: BaseException | None = None

    @property
    def device(self) -> UUID:
        """The device's id."""
        return UUID(self.identity.enrolled["device_id"])

    def run(self) -> None:
        """Make and send operations until there are no more, then let the echo finish."""
        self.echo.start()
        try:
            while many := self._pace.take(self._dice.randint(_SMALLEST, _LARGEST)):
                batch = self._make(many)
                twin = self._dice.random() < _TWIN
                if twin:
                    self.echo.now(batch.ids, batch.texts)
                self._deliver()
                for _ in range(self._dice.randint(1, MOST_SENDS) - 1 - twin):
                    self.echo.later(*batch)
                if self._dice.random() < _PULL:
                    self.pull(self._caller)
        except BaseException as error:  # noqa: BLE001 - it is raised in the main thread
            self.failure = error
            self._pace.end()
        finally:
            self.echo.finish()
            self._caller.close()

    def pull(self, caller: Caller) -> bool:
        """Pull one page; whether there is more, or none arrived."""
        asked = self.replica.cursor
        response = caller.ask("GET", "/sync/v1/pull?limit=500" + (f"&cursor={asked}" if asked else ""))
        return self.replica.store(asked, response.body) if response.status == 200 else True

    def _make(self, many: int) -> Batch:
        """The next operations of the journal, some of them in groups and some in need of a colleague's."""
        first, cuts, sure, group, left = len(self.ids), list[int](), list[str](), None, 0
        for number in range(many):
            if not left:
                cuts.append(number)
                group, left = (self._new_id(), self._dice.randint(2, 5)) if self._dice.random() < GROUP else (None, 1)
            left -= 1
            kind, data = self.shift.next()
            made: Json = {"id": self._new_id(), "seq": len(self.ids) + 1, "type": kind, "v": 1}
            made |= {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "seen": self.replica.through}
            made |= {"group": group, "needs": self._needs(), "data": data}
            self.ids.append(made["id"])
            self._texts.append(self.identity.signed(made))
            sure += [made["id"]] if kind in SURE and self._dice.random() < OFFERED else []
        for id in sure:  # not before: a group must not need an operation that needs a part of the group
            self._promises.offer(self.name, id)
        return Batch(self.ids[first:], self._texts[first:], cuts)

    def _needs(self) -> list[str]:
        needed = self._promises.of_others(self.name, self._dice) if self._dice.random() < NEEDS else None
        return [needed] if needed else []

    def _deliver(self) -> None:
        """Send until everything made so far has a result."""
        while self._acknowledged < len(self.ids) and not self._pace.over:
            piece = slice(self._acknowledged, min(self._acknowledged + _LARGEST, len(self.ids)))
            ids, pull = self.ids[piece], self._dice.random() < _WITH_PULL
            known, asked, at = self._book.begin(ids), self.replica.cursor, monotonic()
            response = self._caller.push(self._texts[piece], asked, pull=pull)
            if response.status == 200:
                self._take(response, known, at)
                self._acknowledged = piece.stop
            elif response.code == "sequence-gap":
                self._take(response, known, at)
                self._acknowledged = self._go_back(int(response.body["expected"]))
            elif response.status == 409:
                raise AssertionError(f"{self.name} was answered {response.code}")
            else:
                self._caller.rest(response)
            if pull and "changes" in response.body:
                self.replica.store(asked, response.body["changes"])

    def _take(self, response: Response, known: frozenset[str], at: float) -> None:
        self._pace.count(self._book.add_results(response.body["results"], known), at)

    def _go_back(self, expected: int) -> int:
        """The server has lost acknowledged operations: note that in the book, and continue from there."""
        self._book.asked_again(self.ids[expected - 1 :])
        return expected - 1

    def _new_id(self) -> str:
        """A UUIDv7."""
        milliseconds, chance = time_ns() // 1_000_000, self._dice.getrandbits(74)
        return str(UUID(int=milliseconds << 80 | 7 << 76 | chance >> 62 << 64 | 2 << 62 | chance & (1 << 62) - 1))
