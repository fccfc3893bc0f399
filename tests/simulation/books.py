"""The books: parts are conserved, and each negative balance is an open discrepancy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from domain.recording.recorded import Recorded
from domain.stock.discrepancy_kinds import OF_SERIALS
from domain.stock.location import is_bin
from projections.stock.discrepancy_row import DISCREPANCIES
from projections.stock.locations import LOCATIONS
from projections.stock.stock import STOCK
from tests.simulation.shelves import balances
from tests.simulation.violation import must

if TYPE_CHECKING:
    from tests.simulation.world import World

CONSERVED = "per part, all locations add up to 0"
ONE_PLACE = "a serial is in one place, or it is a discrepancy"
AS_REPORTED = "a movement is what its operation said"
COUNTED = "a balance is what the latest count found, and what has moved after it"
NEGATIVE = "a balance below 0 is an open negative_book, and the other way round"


class Books:
    """Checks the stock views whenever they have moved."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._seen = 0

    def committed(self, events: Sequence[Recorded]) -> None:
        """Collect serial numbers, so that later steps may use one twice."""
        for event in events:
            if event.topic == "stock.moved":
                self._world.serials.extend(event.data.serials)

    def restored(self) -> None:
        """The server was restored: check the views again."""
        self._seen = -1

    def check(self) -> None:
        """If the views have moved: check sums and negative balances."""
        views = self._world.views
        if views.position != self._seen:
            self._seen = views.position
            self._conserved()

    def check_the_end(self) -> None:
        """Check sums, serials, movements, and the count rule for every van."""
        self._conserved()
        self._in_one_place()
        self._as_reported()
        rows = self._world.views.rows
        expected = balances(self._world.log.events, set(self._world.company.vans))
        for (location, part), on_hand in expected.items():
            row = rows.get(STOCK, location, part)
            must(
                row and row["on_hand"] == on_hand, COUNTED, f"{part} in {location}: {on_hand}, and the view says {row}"
            )

    def _conserved(self) -> None:
        rows = self._world.views.rows
        sums: dict[UUID, Decimal] = {}
        below = set()
        for row in rows.rows(STOCK):
            sums[row["part"]] = sums.get(row["part"], Decimal(0)) + row["on_hand"]
            if row["on_hand"] < 0 and self._is_bin(row["location"]):
                below.add((row["location"], row["part"]))
        must(not any(sums.values()), CONSERVED, f"{sums}")
        found = [row for row in rows.rows(DISCREPANCIES) if row["kind"] == "negative_book" and row["open"]]
        opened = {(row["location"], row["part"]) for row in found}
        must(below == opened, NEGATIVE, f"below 0: {below - opened}; said to be: {opened - below}")

    def _in_one_place(self) -> None:
        """A unit that by the movements is in two vans, or was taken from where it was not, is a discrepancy."""
        vans, places = set(self._world.company.vans), dict[str, Counter[UUID]]()
        for event in self._world.log.events:
            if event.topic == "stock.moved" and event.data.part == self._world.company.parts[-1]:
                for serial in event.data.serials:
                    places.setdefault(serial, Counter()).update({event.data.to: 1, event.data.from_: -1})
        rows = self._world.views.rows.rows(DISCREPANCIES)
        reported = {row["refs"].get("serial") for row in rows if row["kind"] in OF_SERIALS}
        for serial, balance in places.items():
            here = [balance[van] for van in vans if balance[van]]
            must(here in ([], [1]) or serial in reported, ONE_PLACE, f"{serial}: {balance}")

    def _as_reported(self) -> None:
        """A movement of a device has the part and quantity of its operation."""
        for event in self._world.log.events:
            if event.topic == "stock.moved" and event.envelope.device and event.data.kind != "correction":
                data = self._world.auditor.ledger.data_of(str(event.envelope.operation_id))
                same = not data or (data["part"], data["quantity"]) == (str(event.data.part), str(event.data.quantity))
                must(same, AS_REPORTED, f"{data} became {event.data}")

    def _is_bin(self, location: UUID) -> bool:
        row = self._world.views.rows.get(LOCATIONS, location)
        return row is not None and is_bin(row["kind"])
