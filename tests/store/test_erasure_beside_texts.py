"""Issue 8, 3: operations of one phone delay no erasure, and each of their texts is examined once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import psycopg2
import pytest

from domain.access.device import Device
from domain.work.work_order import WorkOrder
from store.erased_operations import FOLLOWER
from store.erasure import Erasure
from store.errors import rename
from store.log import EventLog
from store.pool import ConnectionPool
from store.record import RecordReader
from store.text_index import TextIndex
from tests.support.erasing import commit, erased, held, opens, quarantined, registered
from tests.support.logs import log_on


@pytest.fixture
def log(database: str) -> Iterator[EventLog]:
    with log_on(database) as log:
        yield log


class CancelledError(psycopg2.errors.QueryCanceled):
    """As the pool's own limit cancels a statement."""

    pgcode = "57014"


def cancelled(*_: object, **__: object) -> Any:
    """As a query that takes too long."""
    error = CancelledError("canceling statement due to statement timeout")
    raise rename(error) from error


def of_itself(log: EventLog, many: int) -> list[UUID]:
    """Quarantined operations of one phone that name the phone's own stream."""
    device = Device.enrol(
        id=uuid4(), technician=uuid4(), install_id=str(uuid4()), name="phone", platform="test", app_version="1"
    )
    operations = [uuid4() for _ in range(many)]
    for number, operation in enumerate(operations):
        device.record_quarantine(
            operation=operation, seq=number + 1, type="x", reason="not-understood", detail="?", refs=(device.id,),
            body=f'{{"x": "{device.id}", "y": "{"z" * 2000}"}}',
        )  # fmt: skip
    commit(log, device)
    return operations


class Counted:
    """How many statements and records a block has asked the log for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.statements = self.records = 0
        execute, read = ConnectionPool.execute, RecordReader.read

        def counted_execute(pool: ConnectionPool, sql: str, *args: Any) -> Any:
            self.statements += 1
            return execute(pool, sql, *args)

        def counted_read(reader: RecordReader, records: list[str]) -> Any:
            self.records += len(records)
            return read(reader, records)

        monkeypatch.setattr(ConnectionPool, "execute", counted_execute)
        monkeypatch.setattr(RecordReader, "read", counted_read)


def test_an_erasure_costs_the_same_beside_many_texts_of_one_phone(log: EventLog) -> None:
    """Each text was read again at every erasure, with a query of its own over the phone's whole stream."""
    counts = []
    customers = [registered(log) for _ in range(2)]
    for customer, many in zip(customers, (0, 450), strict=True):
        texts = of_itself(log, many) if many else []
        Erasure(log).catch_up()
        erased(log, customer.id)
        with pytest.MonkeyPatch.context() as watched:
            counted = Counted(watched)
            Erasure(log).catch_up()
            counts.append((counted.statements, counted.records))
        assert not opens(log, customer.id)
        assert all(opens(log, text) for text in texts)

    assert counts[0] == counts[1]
    assert counts[1][1] == 0


def test_each_text_is_read_once_whatever_is_erased_later(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    of_itself(log, 30)
    customers = [registered(log) for _ in range(3)]
    counted = Counted(monkeypatch)
    for customer in customers:
        erased(log, customer.id)
        Erasure(log).catch_up()
    assert counted.records == 30


@pytest.mark.parametrize("step", ["note_ids", "note_texts", "led_by_new_ids", "leading"])
def test_keys_are_destroyed_before_texts_are_looked_at(
    log: EventLog, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """A query that was cancelled escaped, so that the keys stayed, the tracking did not move, and erasing was a 503."""
    customer, technician, user = registered(log), uuid4(), registered(log)
    operation_id = quarantined(log, customer.id)
    erased(log, customer.id)
    with monkeypatch.context() as slow:
        slow.setattr(TextIndex, step, cancelled)
        Erasure(log).catch_up()
    assert not opens(log, customer.id)

    erased(log, user.id)
    Erasure(log).catch_up()

    assert not opens(log, user.id)
    assert not opens(log, operation_id)
    assert technician != user.id


def test_a_text_of_which_it_takes_too_long_to_see_whom_it_leads_to_may_lead_to_anybody(
    log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That one alone: the others of its page stay, and the follower goes on."""
    first, slow, last = quarantined(log), quarantined(log), quarantined(log)
    [(position,)] = log.pool.fetch_all(
        "SELECT position FROM log.events WHERE topic LIKE '%quarantined' ORDER BY position OFFSET 1 LIMIT 1"
    )
    whole = TextIndex.note_ids
    with monkeypatch.context() as patched:
        patched.setattr(
            TextIndex,
            "note_ids",
            lambda index, after, through: cancelled() if after < position <= through else whole(index, after, through),
        )
        Erasure(log).catch_up()
    assert all(opens(log, text) for text in (first, slow, last))

    erased(log, registered(log).id)
    Erasure(log).catch_up()

    assert [opens(log, text) for text in (first, slow, last)] == [True, False, True]
    assert reached(log) == log.head()


def test_a_text_that_names_too_many_ids_may_lead_to_anybody(log: EventLog) -> None:
    many = quarantined(log, body=" ".join(str(uuid4()) for _ in range(5000)))
    most = quarantined(log, body=" ".join(str(uuid4()) for _ in range(440)))
    zero = quarantined(log, UUID(int=0))
    Erasure(log).catch_up()
    [(rows,)] = log.pool.fetch_all("SELECT max(cardinality(ids)) FROM log.text_ids")
    assert rows <= 600

    erased(log, registered(log).id)
    Erasure(log).catch_up()

    assert [opens(log, text) for text in (many, most, zero)] == [False, True, True]


def test_what_is_recorded_about_somebody_erased_later_takes_the_texts_before_it_along(log: EventLog) -> None:
    """A text names a work order that is not there yet; then the customer is erased, then the order is theirs."""
    customer, order, other = registered(log), uuid4(), uuid4()
    about, of_others = held(log, order), held(log, other)
    Erasure(log).catch_up()
    erased(log, customer.id)
    Erasure(log).catch_up()
    assert opens(log, about)

    commit(log, WorkOrder.open(id=order, number="W-1", customer=customer.id))
    commit(log, WorkOrder.open(id=other, number="W-2", customer=registered(log).id))
    Erasure(log).catch_up()

    assert (opens(log, about), opens(log, of_others)) == (False, True)


def reached(log: EventLog) -> int:
    [(position,)] = log.pool.fetch_all("SELECT position FROM log.tracking WHERE name = %s", (FOLLOWER,))
    return int(position)
