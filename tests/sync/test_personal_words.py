"""What is kept unencrypted for ever holds no personal words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from store.log import EventLog
from tests.support.field_setup import Field, Phone
from tests.support.logs import log_on, records


@pytest.fixture
def log(database: str) -> Iterator[EventLog]:
    with log_on(database) as made:
        yield made


def test_why_something_is_not_understood_is_told_without_the_words_that_stand_in_it(log: EventLog) -> None:
    field = Field(log)
    phone = Phone(log, field.anna)
    words = "Frau Kastanienbaum says yes"
    operations = [
        phone.operation("work_completed", {"work_order": str(field.order()), "fixed": words}),
        phone.operation("change_customer_details", {"customer": str(field.customer), "changes": {words: {}}}),
    ]
    results = phone.send(*operations).results
    assert [result.status for result in results] == ["quarantined"] * 2
    assert "Invalid enum value - at `$.fixed`" in str(results[0].problem)
    assert words not in str([result.problem for result in results])
    assert words not in "".join(records(log))
