"""A log with the sample views beside it, seen by the writer and by the projector."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from projections.catalogue import ensure
from store.log import EventLog
from tests.support.failing_views import ALL, MOVED, Narrow
from tests.support.logs import log_on
from tests.support.sample_views import SAMPLES
from tests.support.views import Warehouse, projector_log


@pytest.fixture
def log(database: str) -> Iterator[EventLog]:
    """The log as the writer sees it."""
    with log_on(database) as made:
        yield made


@pytest.fixture
def views(database: str) -> Iterator[EventLog]:
    """The log as the projector sees it, with empty tables of the sample views."""
    with projector_log(database) as made:
        ensure(made, SAMPLES)
        yield made


@pytest.fixture
def no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a test does to the view in trouble is over with it."""
    monkeypatch.setattr(Narrow, "spoil", staticmethod(lambda _: None))


@pytest.fixture
def moved(log: EventLog, views: EventLog) -> list[int]:
    """The positions of 300 events that are movements, in the log and in no view; the troubled views are empty."""
    ensure(views, ALL)
    Warehouse(log).work(300, at_once=100)
    return [at for (at,) in log.pool.fetch_all(MOVED)]
