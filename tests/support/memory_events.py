"""Events for views in memory, by the office and by devices, numbered as in a log."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from domain.access.device import Device
from domain.kernel.aggregate import Entity
from domain.kernel.envelope import Envelope
from domain.recording.recorded import Recorded
from projections.engine.memory import MemoryRows
from projections.engine.projection import Projection
from projections.engine.replay import Replay
from projections.engine.table import Row, Table
from store.shape import shape_of
from tests.support.logs import NOON

OF_ARRIVAL = frozenset({"position", "version", "recorded_at", "last_recorded_at", "late"})
"""Fields that may depend on the order in which events arrived."""


class ViewsInMemory:
    """Some views and all events that they have folded; events happen and are recorded at noon by default."""

    def __init__(self, *projections: Projection) -> None:
        self._replay = Replay(projections)
        self.tables = self._replay.tables
        self.rows = MemoryRows(self.tables)
        self.position = 0
        self.events: list[Recorded] = []

    def record(self, *entities: Entity, at: datetime = NOON, recorded_at: datetime = NOON, **envelope: Any) -> int:
        """Fold the pending events of these entities; the last position."""
        shared_envelope = Envelope(occurred_at=at, **envelope)
        for entity in entities:
            for event in entity.collect_events():
                kind: Any = type(event)
                shape = shape_of(kind)
                data = shape.struct(**{name: getattr(event, name) for name in shape.struct.__struct_fields__})
                self.position += 1
                stream, version = event.originator_id, event.originator_version
                self._fold(Recorded(self.position, stream, version, shape.topic, recorded_at, shared_envelope, data))
        return self.position

    def fold(self, events: Iterable[Recorded]) -> None:
        """Fold recorded events one by one."""
        for event in events:
            self.position = event.position
            self._fold(event)

    def row(self, table: Table, *key: Any) -> Row:
        """The row with this key."""
        found = self.rows.get(table, *key)
        assert found is not None
        return found

    def all(self, table: Table) -> list[Row]:
        """All rows of a table, by key."""
        rows = [*self.rows.rows(table), *self.rows.changes(table).added]
        return sorted(rows, key=lambda row: [str(value) for value in table.key_of(row)])

    def timeless(self) -> dict[str, Any]:
        """All rows of all tables, without what depends on the order of arrival."""
        return {table.name: timeless(self.all(table)) for table in self._replay.tables}

    def _fold(self, event: Recorded) -> None:
        self.events.append(event)
        if event.topic in self._replay.topics:
            self._replay.fold([event], self.rows)
            self._replay.finish(self.rows, event.position)


class Phone:
    """A technician's device that numbers its operations; the same number always gives the same operation id."""

    def __init__(self, number: int, technician: UUID | None = None) -> None:
        self.id = UUID(int=number)
        self.technician = technician or UUID(int=number + 1000)
        self.device = Device.enrol(
            id=self.id,
            technician=self.technician,
            install_id="app",
            name="phone",
            platform="test",
            app_version="1",
        )
        self.seq = 0

    def operation(self) -> UUID:
        """The id of the next operation."""
        return uuid5(self.id, str(self.seq + 1))

    def record(self, views: ViewsInMemory, *entities: Entity, minutes: float = 0, **more: Any) -> UUID:
        """Fold pending events as its next operation, so many minutes after noon; the operation's id."""
        operation = self.operation()
        self.seq += 1
        envelope: dict[str, Any] = {
            "device": self.id,
            "device_seq": self.seq,
            "operation_id": operation,
            "actor": self.technician,
        }
        views.record(*entities, at=later(minutes), **(envelope | more))
        return operation


def timeless(value: Any) -> Any:
    """Rows and what is in them, without what depends on the order of arrival."""
    if isinstance(value, dict):
        return {name: timeless(each) for name, each in value.items() if name not in OF_ARRIVAL}
    return [timeless(each) for each in value] if isinstance(value, list) else value


def shuffled(queues: Iterable[list[Any]], turns: Iterable[int]) -> list[Any]:
    """The queues merged: each turn picks the next queue, what is left follows; each queue keeps its own order."""
    left = [list(queue) for queue in queues if queue]
    merged = []
    for turn in turns:
        if left:
            merged.append(left[turn % len(left)].pop(0))
            left = [queue for queue in left if queue]
    return merged + [item for queue in left for item in queue]


def later(minutes: float) -> datetime:
    """So many minutes after noon."""
    return NOON + timedelta(minutes=minutes)
