"""The books: parts are conserved, and a negative balance is always somebody's open discrepancy."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from domain.location import is_bin
from projections.discrepancy_row import DISCREPANCIES
from projections.locations import LOCATIONS
from projections.stock import STOCK
from store.recorded import Recorded
from tests.simulation.violation import must

if TYPE_CHECKING:
    from tests.simulation.world import World

CONSERVED = "per part, all locations add up to 0"
NEGATIVE = "a balance below 0 is an open negative_book, and the other way round"


class Books:
    """Looks at the views whenever they have moved."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._seen = 0

    def committed(self, events: Sequence[Recorded]) -> None:
        """Serial numbers become known, for those who will use them twice."""
        for event in events:
            if event.topic == "stock.moved":
                self._world.serials.extend(event.data.serials)

    def restored(self) -> None:
        """The views have gone back."""
        self._seen = -1

    def check(self) -> None:
        """If the views have moved on: sums and misfits."""
        views = self._world.views
        if views.position != self._seen:
            self._seen = views.position
            self._conserved()

    def check_the_end(self) -> None:
        """Once more."""
        self._conserved()

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

    def _is_bin(self, location: UUID) -> bool:
        row = self._world.views.rows.get(LOCATIONS, location)
        return row is not None and is_bin(row["kind"])
