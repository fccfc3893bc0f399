"""A company for benchmarks over HTTP: technicians with vans and devices, jobs, and a catalogue of parts in stock."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from itertools import cycle, islice
from typing import NamedTuple
from uuid import UUID, uuid4

import orjson

from benchmarks.place import Place
from domain.care.customer import Customer
from domain.kernel.envelope import Envelope
from domain.stock.location import VIRTUAL
from domain.stock.part import Part, PartName
from domain.stock.stock_movement import StockMovement
from domain.work.work_order import WorkOrder
from store.keyring import Keyring
from store.log import EventLog
from store.pool import ConnectionPool
from store.roles import KEYKEEPER, WRITER, database_of, roles_of
from tests.support.company import Company, Technician, company_on
from tests.support.http_device import HttpDevice
from tests.support.office_client import Json

_AT_ONCE = 500
_PAGE = 1_000
_PATIENCE_SECONDS = 120
_MASTER_KEY = b"m" * 32  # the company's own


class Person(NamedTuple):
    """A technician, their device, and endless operations: each uses a part of the van for one of their orders."""

    technician: Technician
    phone: HttpDevice
    uses: Iterator[Json]

    def operations(self, many: int) -> list[Json]:
        """The next operations of their device."""
        now = datetime.now(UTC)
        return [self.phone.operation("part_used", data, now) for data in islice(self.uses, many)]


class Staff:
    """The company, its people, and its database."""

    def __init__(self, company: Company, people: list[Person], log: EventLog) -> None:
        self.company = company
        self.people = people
        self.log = log

    def phone_of(self, person: Person) -> HttpDevice:
        """Enrol one more device of theirs."""
        return HttpDevice(self.company.url, self.company.code(person.technician))

    def settle(self) -> None:
        """Wait until the views know everything that has been recorded."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while self._lag() > 0:
            if time.monotonic() > deadline:
                raise TimeoutError("the worker does not catch up")
            time.sleep(0.02)

    def _lag(self) -> int:
        [(lag,)] = self.log.pool.fetch_all(
            "SELECT (SELECT position FROM log.head) - (SELECT min(position) FROM log.checkpoints)"
        )
        return int(lag)


@contextmanager
def staffed(place: Place, *, people: int, orders: int, parts: int, **settings: str) -> Iterator[Staff]:
    """A company on a server as in production: gunicorn and the worker; `orders` for each of its people.

    `settings` are those of its environment.
    """
    folder = place.folder / uuid4().hex
    folder.mkdir()
    with place.database() as dsn, company_on(dsn, folder, **settings) as company:
        roles = roles_of(database_of(dsn), _MASTER_KEY)
        pool = ConnectionPool(roles.dsn(dsn, WRITER), size=2)
        keeper = ConnectionPool(roles.dsn(dsn, KEYKEEPER), size=2)
        try:
            log = EventLog(pool, Keyring(keeper, _MASTER_KEY))
            technicians = [company.hire(f"Technician {number}") for number in range(people)]
            catalogue = _catalogue(log, technicians, parts)
            team = [_person(company, log, technician, catalogue, orders) for technician in technicians]
            staff = Staff(company, team, log)
            staff.settle()
            yield staff
        finally:
            pool.close()
            keeper.close()


def download(phone: HttpDevice, cursor: str | None = None) -> tuple[int, str]:
    """How many documents there are after a cursor, page after page, and the last cursor."""
    many, more = 0, True
    while more:
        asked = f"limit={_PAGE}" + (f"&cursor={cursor}" if cursor else "")
        answer = phone.desk.ask("GET", f"/sync/v1/pull?{asked}")
        assert answer.status == 200, answer
        reply = orjson.loads(answer.body)
        cursor, more = reply["cursor"], reply["more"]
        many += len(reply["changes"])
    assert cursor is not None
    return many, cursor


def _catalogue(log: EventLog, technicians: list[Technician], many: int) -> list[UUID]:
    """Parts, plenty of each in every van."""
    parts = [
        Part.register(
            id=uuid4(),
            number=f"P-{number:05}",
            names=(PartName("en", f"Circulation pump, size {number}"), PartName("de", f"Umwälzpumpe, Größe {number}")),
            unit="piece",
        )
        for number in range(many)
    ]
    stock = [
        StockMovement.record(
            id=uuid4(),
            kind="transfer_in",
            part=part.id,
            quantity=Decimal(1_000_000),
            from_=VIRTUAL["transit"],
            to=UUID(technician.van),
        )
        for technician in technicians
        for part in parts[:_AT_ONCE]
    ]
    _save(log, [*parts, *stock])
    return [part.id for part in parts[:_AT_ONCE]]


def _person(company: Company, log: EventLog, technician: Technician, parts: list[UUID], many: int) -> Person:
    customer = Customer.register(id=uuid4(), name="Kastanienbaum", phones=("030 1234",), language="de")
    orders = [
        WorkOrder.open(
            id=uuid4(), number=f"W-{technician.id[-8:]}-{number:06}", customer=customer.id, problem="It drips."
        )
        for number in range(many)
    ]
    for order in orders:
        order.assign(UUID(technician.id))
    _save(log, [customer, *orders])
    uses = (
        {"work_order": str(order.id), "location": technician.van, "part": str(part), "quantity": "1", "serials": []}
        for order, part in zip(cycle(orders), cycle(parts), strict=False)
    )
    return Person(technician, HttpDevice(company.url, company.code(technician)), uses)


def _save(log: EventLog, entities: list[Part | StockMovement | Customer | WorkOrder]) -> None:
    waiting = iter(entities)
    while chunk := list(islice(waiting, _AT_ONCE)):
        work = log.work()
        work.add(Envelope(occurred_at=datetime.now(UTC), role="admin"), *chunk)
        work.commit()
