"""A log with the sample views beside it, seen by the writer and by the projector."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from projections.catalogue import ensure
from store.log import EventLog
from tests.support.logs import log_on
from tests.support.sample_views import SAMPLES
from tests.support.views import projector_log


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
