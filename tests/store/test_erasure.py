"""The rules of erasure: what the log says about a customer is followed by the end of the keys, whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from domain.care.customer import Customer
from domain.stock.stock_movement import StockMovement
from domain.work.work_order import WorkOrder
from store.erasure import FOLLOWER, Erasure
from store.keyring import Keyring
from store.log import EventLog
from tests.support.erasing import NAME, commit, erased, opens, readable, registered
from tests.support.logs import log_on, read


@pytest.fixture
def log(database: str) -> Iterator[EventLog]:
    with log_on(database) as log:
        yield log


def test_after_an_erasure_no_word_of_the_customer_can_be_read(log: EventLog) -> None:
    customer = registered(log)
    commit(log, WorkOrder.open(id=uuid4(), number="W-1", customer=customer.id, problem=f"{NAME} says it drips"))

    erased(log, customer.id)
    destroyed = Erasure(log).catch_up()

    assert destroyed == 1
    assert not readable(log)


def test_other_customers_keep_their_words(log: EventLog) -> None:
    gone, stays = registered(log), registered(log)

    erased(log, gone.id)
    Erasure(log).catch_up()

    assert not opens(log, gone.id)
    assert opens(log, stays.id)


def test_following_twice_and_in_two_places_destroys_nothing_more(log: EventLog) -> None:
    erased(log, registered(log).id)

    assert [Erasure(log).catch_up(), Erasure(log).catch_up()] == [1, 0]


def test_an_erasure_cut_off_before_the_end_of_the_key_is_finished_later(
    log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = registered(log)
    erased(log, customer.id)

    with monkeypatch.context() as cut_off:
        cut_off.setattr(Keyring, "destroy", _fails)
        with pytest.raises(ConnectionError):
            Erasure(log).catch_up()
    left = opens(log, customer.id)
    Erasure(log).catch_up()

    assert left
    assert not opens(log, customer.id)


def _fails(*_: object) -> int:
    raise ConnectionError


def test_the_follower_remembers_how_far_it_has_come(log: EventLog) -> None:
    erased(log, registered(log).id)
    Erasure(log).catch_up()

    [(reached,)] = log.pool.fetch_all("SELECT position FROM log.tracking WHERE name = %s", (FOLLOWER,))

    assert reached == log.recorder.max_notification_id()


def test_words_sealed_between_the_erasure_and_the_end_of_the_key_make_the_log_say_it_again(log: EventLog) -> None:
    customer = registered(log)
    repair = WorkOrder.open(id=uuid4(), number="W-1", customer=customer.id)
    commit(log, repair)
    erased(log, customer.id)
    repair.record_note(f"{NAME} called")
    commit(log, repair)

    Erasure(log).catch_up()
    Erasure(log).catch_up()

    topics = [event.topic for event in read(log)]
    assert topics[-2:] == ["work_order.note_added", "customer.erased"]
    assert topics.count("customer.erased") == 2
    assert not readable(log)


def test_what_names_the_customer_without_any_words_is_no_reason_to_say_it_again(log: EventLog) -> None:
    customer = registered(log)
    erased(log, customer.id)
    used: dict[str, Any] = {
        "kind": "consumption",
        "part": uuid4(),
        "quantity": Decimal(1),
        "from_": uuid4(),
        "to": uuid4(),
    }
    commit(log, StockMovement.record(id=uuid4(), customer=customer.id, person=customer.id, **used))

    Erasure(log).catch_up()

    assert [event.topic for event in read(log)].count("customer.erased") == 1


def test_an_erasure_without_such_words_is_said_once(log: EventLog) -> None:
    erased(log, registered(log).id)
    commit(log, Customer.register(id=uuid4(), name="Otto Linde"))

    Erasure(log).catch_up()

    assert [event.topic for event in read(log)].count("customer.erased") == 1
