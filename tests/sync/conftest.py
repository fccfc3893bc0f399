"""A log with a small company in it, and a technician's phone as the server sees it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from store.log import EventLog
from tests.support.field_setup import Field, Phone
from tests.support.logs import log_on


@pytest.fixture
def log(database: str) -> Iterator[EventLog]:
    with log_on(database) as made:
        yield made


@pytest.fixture
def field(log: EventLog) -> Field:
    return Field(log)


@pytest.fixture
def phone(field: Field) -> Phone:
    return Phone(field.log, field.anna)


@pytest.fixture
def other(field: Field) -> Phone:
    return Phone(field.log, field.boris)
