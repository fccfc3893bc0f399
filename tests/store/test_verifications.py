"""A device has its documents verified twice an hour, whichever process it asks."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest

from store.log import EventLog
from store.verifications import MOST_AN_HOUR, Verifications
from tests.support.databases import run
from tests.support.logs import log_on

ANNA = UUID(int=1)


@pytest.fixture
def log(database: str) -> Iterator[EventLog]:
    with log_on(database) as made:
        yield made


def test_the_third_within_an_hour_waits_until_the_hour_of_the_first_is_over(log: EventLog, database: str) -> None:
    one, other = Verifications(log.pool), Verifications(log.pool)
    assert (one.take(ANNA), other.take(ANNA)) == (0, 0)
    assert 3590 < one.take(ANNA) <= 3600
    assert one.take(uuid4()) == 0

    run(database, "UPDATE access.device_verifications SET last_at[2] = now() - interval '59 minutes 30 seconds'")
    assert 20 < other.take(ANNA) <= 30
    run(database, "UPDATE access.device_verifications SET last_at[2] = now() - interval '1 hour'")
    assert (one.take(ANNA), one.take(ANNA) > 3590) == (0, True)


def test_many_at_once_are_counted_one_by_one(log: EventLog) -> None:
    verifications = Verifications(log.pool)
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: verifications.take(ANNA), range(16)))
    assert waits.count(0) == MOST_AN_HOUR
