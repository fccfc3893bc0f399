"""The recorder keeps the promises that the event-sourcing library's own published test cases check."""

from __future__ import annotations

import pytest
from eventsourcing.tests.persistence import (
    AggregateRecorderTestCase,
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
    ProcessRecorderTestCase,
    TrackingRecorderTestCase,
)

from store.pool import ConnectionPool
from store.recorder import Recorder
from store.snapshots import SnapshotRecorder


class OnDatabase:
    """A recorder on a fresh database for each test."""

    @pytest.fixture(autouse=True)
    def _database(self, database: str) -> object:
        self.pool = ConnectionPool(database, role="callout_writer", size=20, timeout=60)
        yield
        self.pool.close()

    def create_recorder(self) -> Recorder:
        return Recorder(self.pool)


class TestAggregateRecorder(OnDatabase, AggregateRecorderTestCase):
    def create_recorder(self) -> SnapshotRecorder:  # type: ignore[override]  # snapshots are what it is for here
        return SnapshotRecorder(self.pool)


class TestApplicationRecorder(OnDatabase, ApplicationRecorderTestCase[Recorder]):
    pass


class TestTrackingRecorder(OnDatabase, TrackingRecorderTestCase):
    pass


class TestProcessRecorder(OnDatabase, ProcessRecorderTestCase):
    pass


class TestNonInterleaving(OnDatabase, NonInterleavingNotificationIDsBaseCase):
    pass


del AggregateRecorderTestCase, ApplicationRecorderTestCase, NonInterleavingNotificationIDsBaseCase
del ProcessRecorderTestCase, TrackingRecorderTestCase
