"""Erasure of quarantined and held operations page by page: cut off, repeated, in pages of any size, the same result."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from domain.work.work_order import WorkOrder
from store.erased_operations import FOLLOWER, ErasedOperations
from store.erasure import Erasure
from store.keyring import Keyring
from store.log import EventLog
from tests.support.erasing import NAME, commit, erased, held, opens, quarantined, registered
from tests.support.logs import log_on


@pytest.fixture
def log(database: str) -> Iterator[EventLog]:
    with log_on(database) as log:
        yield log


@pytest.mark.parametrize("page", [1, 2, 3, 200])
def test_pages_of_every_size_and_pages_done_twice_find_the_same(
    log: EventLog, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr("store.erased_operations._PAGE", page)
    customer, order = registered(log), uuid4()
    before = held(log, order)
    commit(log, WorkOrder.open(id=order, number="W-1", customer=customer.id))
    between, stays = quarantined(log, order), quarantined(log, uuid4())
    erased(log, customer.id)
    after = quarantined(log, order, body=NAME)

    for _ in range(2):
        while Erasure(log).catch_up(pages=1) or reached(log) < log.head():
            pass
        log.pool.execute("UPDATE log.tracking SET position = 0 WHERE name = %s", (FOLLOWER,))

    assert [opens(log, text) for text in (before, between, after, stays)] == [False, False, False, True]
    assert log.pool.fetch_all("SELECT person FROM log.text_ids") == [(stays,)]


def test_a_process_that_dies_between_the_note_and_the_end_of_a_key_leaves_the_rest_to_the_next(
    log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = registered(log)
    operation_id = quarantined(log, customer.id)
    erased(log, customer.id)
    with monkeypatch.context() as cut_off:
        cut_off.setattr(ErasedOperations, "_destroy", _dies)
        with pytest.raises(KeyboardInterrupt):
            Erasure(log).catch_up()
    assert opens(log, operation_id)

    Erasure(log).catch_up()

    assert not opens(log, operation_id)


def test_a_text_whose_master_key_comes_back_is_read_then(log: EventLog) -> None:
    """Looked at once is no reason to miss it: what stood in the text alone is seen when it can be opened."""
    customer = registered(log)
    about = quarantined(log, body=f'{{"customer": "{customer.id}"}}')
    erased(log, customer.id)
    keyring = log.body_mapper.keyring
    log.body_mapper.keyring = Keyring(keyring._pool, b"o" * 32)
    Erasure(log).catch_up()
    log.body_mapper.keyring = keyring
    assert opens(log, about)

    registered(log)
    Erasure(log).catch_up()

    assert not opens(log, about)


def reached(log: EventLog) -> int:
    [(position,)] = log.pool.fetch_all("SELECT position FROM log.tracking WHERE name = %s", (FOLLOWER,))
    return int(position)


def _dies(*_: object) -> int:
    raise KeyboardInterrupt
