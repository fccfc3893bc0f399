"""The persistence module of the event-sourcing library: `PERSISTENCE_MODULE=store.persistence`, or a given pool."""

from __future__ import annotations

from typing import Any

from eventsourcing.persistence import InfrastructureFactory, Mapper, TrackingRecorder, Transcoder
from eventsourcing.utils import Environment, EnvType

from store.mapper import BodyMapper
from store.pool import ConnectionPool
from store.recorder import Recorder
from store.snapshots import SnapshotRecorder


class Factory(InfrastructureFactory[TrackingRecorder]):
    """Creates recorders on one pool: the given one, or one on the database in `DATABASE_URL`."""

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        self._pool: ConnectionPool | None = None
        self._mapper: BodyMapper | None = None

    @classmethod
    def around(cls, pool: ConnectionPool, mapper: BodyMapper) -> Factory:
        """A factory for an existing pool and mapper."""
        made = cls(Environment("callout"))
        made._pool, made._mapper = pool, mapper
        return made

    @property
    def pool(self) -> ConnectionPool:
        """The pool shared by all recorders."""
        if self._pool is None:
            self._pool = ConnectionPool(self.env["DATABASE_URL"])
        return self._pool

    def mapper(self, transcoder: Transcoder | None = None, mapper_class: Any = None) -> Mapper[Any]:
        """The mapper of this program, or the library's own when none was given."""
        return self._mapper or super().mapper(transcoder, mapper_class)

    def aggregate_recorder(self, purpose: str = "events") -> Recorder | SnapshotRecorder:
        """The recorder of events, or of snapshots."""
        return SnapshotRecorder(self.pool) if purpose == "snapshots" else Recorder(self.pool)

    def application_recorder(self) -> Recorder:
        """The recorder of events with positions."""
        return Recorder(self.pool)

    def tracking_recorder(self, tracking_recorder_class: type[Any] | None = None) -> Any:
        """The recorder of followers of the log."""
        return (tracking_recorder_class or Recorder)(self.pool)

    def process_recorder(self) -> Recorder:
        """The recorder of both."""
        return Recorder(self.pool)

    def close(self) -> None:
        """Close the pool."""
        if self._pool is not None:
            self._pool.close()
