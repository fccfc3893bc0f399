"""The interface of every system in the comparison, and its implementation for callout."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, Protocol

import orjson

from benchmarks.place import Place
from benchmarks.pushing import Pushing
from benchmarks.staff import Staff, staffed
from benchmarks.uploading import Receiver
from tests.support.office_client import Answer, Json

CLIENTS = 4
ORDERS, PARTS = 300, 2_000
PAGE = 1_000
_LONG_POLL_SECONDS = 20


class Page(NamedTuple):
    """The result of a download: how many documents, and the cursor after them."""

    many: int
    cursor: str


class System(Receiver, Protocol):
    """A server that takes records from clients and sends them documents; `facts` describes it in one sentence."""

    name: str
    facts: str

    def store(self, documents: list[Json]) -> None:
        """Store these documents for the downloads."""

    def download(self, cursor: str | None = None) -> Page:
        """Everything after a cursor, page after page, decoded."""

    def change(self, many: int) -> int:
        """Change about so many of the documents; returns the exact number."""

    def newest(self) -> str:
        """The cursor after all records that were sent."""

    def wait(self, cursor: str) -> None:
        """Return as soon as another client has a record after the cursor."""


def decoded(answer: Answer) -> Any:
    """The value of a good answer."""
    assert answer.status == 200, answer
    return orjson.loads(answer.body)


class Callout(Pushing):
    """callout as in production: gunicorn, the worker with all views, PostgreSQL."""

    name = "callout"
    facts = (
        "2 server processes and the worker; every operation is decided against the books, recorded once for ever with"
        " its answer and an audit trail, on disk (fsync) before it is answered; views and documents follow"
    )

    def __init__(self, staff: Staff) -> None:
        super().__init__(staff)
        self._reader = staff.phone_of(staff.people[0])

    def records(self, client: int, many: int) -> list[Json]:
        """The records that this client's device would send to another server."""
        before, made = self.phones[client].seq, self.operations(client, many)
        self.phones[client].seq = before
        return made

    def store(self, documents: list[Json]) -> None:
        """Do nothing: the documents are callout's own."""

    def documents(self) -> list[Json]:
        """The whole slice of the first technician."""
        return self._reader.everything()

    def download(self, cursor: str | None = None) -> Page:
        """Pull."""
        many, more = 0, True
        while more:
            reply = decoded(self._pulled(cursor))
            cursor, more = reply["cursor"], reply["more"]
            many += len(reply["changes"])
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
        after = f"&cursor={cursor}" if cursor else ""
        return self._reader.desk.ask("GET", f"/sync/v1/pull?limit={PAGE}{after}{more}")


@contextmanager
def callout_on(place: Place) -> Iterator[Callout]:
    """A company with four technicians and a catalogue."""
    with staffed(place, people=CLIENTS, orders=ORDERS, parts=PARTS) as staff:
        yield Callout(staff)
