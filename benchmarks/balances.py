"""The quantity of each part at each location: one small projection, folded by our loop and by the library's runner."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection as LibrarysProjection

from domain.recording.recorded import Recorded
from domain.stock.stock_movement import StockMovement
from projections.engine.projection import Projection, Rows, on
from projections.engine.table import Key, Table

TOPIC = StockMovement.Moved.TOPIC
BALANCES = Table(
    "bench_balances",
    {
        "location": "uuid NOT NULL",
        "part": "uuid NOT NULL",
        "on_hand": "numeric(18,6) NOT NULL",
        "position": "bigint NOT NULL",
    },
    key=("location", "part"),
)
_NOTHING = Decimal(0)


class Balances(Projection):
    """One row for each location and part."""

    name: ClassVar[str] = "bench_balances"
    tables: ClassVar[tuple[Table, ...]] = (BALANCES,)

    def touches(self, event: Recorded) -> Iterable[tuple[Table, Key]]:
        """The rows of both locations of the movement."""
        yield BALANCES, (event.data.from_, event.data.part)
        yield BALANCES, (event.data.to, event.data.part)

    @on(StockMovement.Moved)
    def _moved(self, event: Recorded[StockMovement.Moved], rows: Rows) -> None:
        data = event.data
        for location, change in ((data.from_, -data.quantity), (data.to, data.quantity)):
            row = rows.get(BALANCES, location, data.part)
            before = row["on_hand"] if row else _NOTHING
            rows.put(
                BALANCES,
                {
                    "location": location,
                    "part": data.part,
                    "on_hand": before + change,
                    "position": event.position,
                },
            )


class LibrarysBalances(PostgresTrackingRecorder):
    """The same rows written by the library's tracking recorder: one transaction with one upsert for each event."""

    _UPSERT = """
        INSERT INTO librarys_balances AS b (location, part, on_hand, position)
        VALUES (%(from_)s, %(part)s, -%(quantity)s, %(position)s), (%(to)s, %(part)s, %(quantity)s, %(position)s)
        ON CONFLICT (location, part) DO UPDATE
        SET on_hand = b.on_hand + excluded.on_hand, position = excluded.position
        """

    def create_table(self) -> None:
        """The tracking table and the balances."""
        super().create_table()
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute(
                "CREATE TABLE IF NOT EXISTS librarys_balances (location uuid NOT NULL, part uuid NOT NULL,"
                " on_hand numeric(18,6) NOT NULL, position bigint NOT NULL, PRIMARY KEY (location, part))"
            )

    def moved(self, event: Any, tracking: Tracking) -> None:
        """One movement, exactly once."""
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            values = {"from_": event.from_, "to": event.to, "part": event.part, "quantity": event.quantity}
            cursor.execute(self._UPSERT, values | {"position": tracking.notification_id}, prepare=True)


class LibrarysFold(LibrarysProjection[LibrarysBalances]):
    """Hands each movement to the view."""

    name = "librarys_balances"
    topics = (TOPIC,)

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """One movement."""
        self.view.moved(domain_event, tracking)


def fold_in_memory(balances: dict[tuple[UUID, UUID], Decimal], event: Any) -> None:
    """The same sums without any table."""
    for location, change in ((event.from_, -event.quantity), (event.to, event.quantity)):
        key = (location, event.part)
        balances[key] = balances.get(key, _NOTHING) + change
