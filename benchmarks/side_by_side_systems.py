"""What every system is asked to do in the comparison, and how callout does it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from os import urandom
from time import time_ns
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import orjson

from benchmarks.place import Place
from benchmarks.staff import Staff, staffed
from tests.support.desk import Answer, Json

CLIENTS = 4
ORDERS, PARTS = 300, 2_000
PAGE = 1_000
_LONG_POLL_SECONDS = 20


class Page(NamedTuple):
    """What a client was brought: how many documents, and the cursor behind them."""

    many: int
    cursor: str


class System(Protocol):
    """A server that clients send records to and get documents from; `facts` says what it does and what not."""

    name: str
    facts: str

    def prepare(self, client: int, batches: int, size: int) -> list[bytes]:
        """Bodies of uploads with that many new records each, made before anything is timed."""

    def send(self, client: int, body: bytes) -> int:
        """Upload one batch; how many records were taken, which must be all."""

    def drop(self, client: int, records: int) -> None:
        """The last prepared records of this client will not be sent."""

    def settle(self) -> None:
        """Wait until everybody can read what was sent."""

    def store(self, documents: list[Json]) -> None:
        """Hold these documents for the downloads."""

    def download(self, cursor: str | None = None) -> Page:
        """Everything behind a cursor, page after page, decoded."""

    def change(self, many: int) -> int:
        """Change about so many of the documents; exactly how many."""

    def newest(self) -> str:
        """The cursor behind all records that were sent."""

    def wait(self, cursor: str) -> None:
        """Come back as soon as another client has a record behind the cursor."""


def uuid7() -> UUID:
    """The id that a device gives to a record (RFC 9562)."""
    chance = int.from_bytes(urandom(10))
    number = (time_ns() // 1_000_000) << 80 | chance
    return UUID(int=number & ~(0xF000 << 64 | 0xC000 << 48) | 0x7000 << 64 | 0x8000 << 48)


def decoded(answer: Answer) -> Any:
    """The value of a good answer."""
    assert answer.status == 200, answer
    return orjson.loads(answer.body)


class Callout:
    """callout as production runs it: gunicorn, the worker with all views, PostgreSQL."""

    name = "callout"
    facts = (
        "2 server processes and the worker; every operation is decided against the books, recorded once for ever with"
        " its answer and an audit trail, on disk (fsync) before it is answered; views and documents follow"
    )

    def __init__(self, staff: Staff) -> None:
        self._staff = staff
        self._reader = staff.phone_of(staff.people[0])

    def records(self, client: int, many: int) -> list[Json]:
        """Parts used by this client's technician, as their device would write them down for another server."""
        phone = self._staff.people[client].phone
        before, made = phone.seq, self._operations(client, many)
        phone.seq = before
        return made

    def prepare(self, client: int, batches: int, size: int) -> list[bytes]:
        """Pushes."""
        return [self._push(client, self._operations(client, size)) for _ in range(batches)]

    def send(self, client: int, body: bytes) -> int:
        """One push; each operation must be applied."""
        answer = self._staff.people[client].phone.desk.ask("POST", "/sync/v1/push", body)
        assert answer.status == 200, answer
        assert b'"notices":[{' not in answer.body, answer
        return answer.body.count(b'"status":"applied"')

    def drop(self, client: int, records: int) -> None:
        """Their numbers are given to the next ones."""
        self._staff.people[client].phone.seq -= records

    def settle(self) -> None:
        """Wait for the worker."""
        self._staff.settle()

    def store(self, documents: list[Json]) -> None:
        """They are callout's own."""

    def documents(self) -> list[Json]:
        """The whole slice of the first technician."""
        return self._reader.everything()

    def download(self, cursor: str | None = None) -> Page:
        """Pull."""
        many, more = 0, True
        while more:
            told = decoded(self._pulled(cursor))
            cursor, more = told["cursor"], told["more"]
            many += len(told["changes"])
        assert cursor is not None
        return Page(many, cursor)

    def change(self, many: int) -> int:
        """The first technician uses parts: each changes a work order and a shelf."""
        before = self.newest()
        for body in self.prepare(0, 1, many // 2):
            self.send(0, body)
        self.settle()
        return self.download(before).many

    def newest(self) -> str:
        """The cursor of a whole download."""
        return self.download().cursor

    def wait(self, cursor: str) -> None:
        """Long poll of the technician's other device."""
        assert decoded(self._pulled(cursor, f"&wait={_LONG_POLL_SECONDS}"))["changes"]

    def _pulled(self, cursor: str | None, more: str = "") -> Answer:
        behind = f"&cursor={cursor}" if cursor else ""
        return self._reader.desk.ask("GET", f"/sync/v1/pull?limit={PAGE}{behind}{more}")

    def _operations(self, client: int, many: int) -> list[Json]:
        person, now = self._staff.people[client], datetime.now(UTC).isoformat()
        return [person.phone.operation("part_used", data, now, uuid7()) for data in islice(person.uses, many)]

    def _push(self, client: int, operations: list[Json]) -> bytes:
        incarnation = self._staff.people[client].phone.enrolled["incarnation"]
        now = datetime.now(UTC).isoformat()
        return orjson.dumps({"incarnation": incarnation, "now": now, "operations": operations})


@contextmanager
def callout_on(place: Place) -> Iterator[Callout]:
    """A company with four technicians and a catalogue."""
    with staffed(place, people=CLIENTS, orders=ORDERS, parts=PARTS) as staff:
        yield Callout(staff)
