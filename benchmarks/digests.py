"""Digests: how much of the time from a push until the documents are ready is spent on keeping them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from itertools import cycle
from unittest.mock import patch
from uuid import UUID, uuid4

from benchmarks.place import Place, log_as
from benchmarks.rounds import Goal, Outcome, Progress, Slice, compare, timed
from domain.stock.location import VIRTUAL
from domain.stock.stock_movement import StockMovement
from projections.catalogue import PROJECTIONS, ensure
from projections.documents import documents
from projections.documents.digests import put
from projections.documents.table import DOCUMENTS
from projections.engine.projection import Rows
from projections.engine.projector import Projector
from projections.engine.table import Row
from store.log import EventLog
from tests.support.field_setup import Field, Phone, save

ORDERS = 500
PUSHES, AT_ONCE = 4, 100
WITHOUT, WITH = "taken in, without digests", "taken in"
FACTOR = 0.95


class Intake:
    """A device that pushes, and the projector that makes documents of it."""

    def __init__(self, log: EventLog, views: EventLog) -> None:
        self._views = views
        self._field = Field(log)
        self._phone = Phone(log, self._field.anna)
        save(log, self._plenty())
        self._orders: Iterator[UUID] = cycle([self._field.order() for _ in range(ORDERS)])
        self._projector = Projector(views, PROJECTIONS)
        self._catch_up()

    def take(self, *, digests: bool, fresh: bool) -> Slice:
        """Push, decide, record and project some hundred operations; `fresh`: the projector has read no row yet."""
        pushes = [[self._operation() for _ in range(AT_ONCE)] for _ in range(PUSHES)]
        if fresh:
            self._projector = Projector(self._views, PROJECTIONS)
        with keeping(digests=digests):
            return timed(lambda: self._take(pushes))

    def _take(self, pushes: Sequence[list[dict[str, object]]]) -> int:
        for operations in pushes:
            results = self._phone.send(*operations).results
            assert all(result.status == "applied" for result in results), results
        self._catch_up()
        return PUSHES * AT_ONCE

    def _plenty(self) -> StockMovement:
        """Put so much into the van that the books never become negative, which would be additional work."""
        return StockMovement.record(
            id=uuid4(),
            kind="transfer_in",
            part=self._field.part,
            quantity=Decimal(1_000_000),
            from_=VIRTUAL["transit"],
            to=self._field.van,
        )

    def _operation(self) -> dict[str, object]:
        return self._phone.operation("part_used", self._field.use(next(self._orders)))

    def _catch_up(self) -> None:
        while self._projector.run_once():
            continue


@contextmanager
def keeping(*, digests: bool) -> Iterator[None]:
    """Context in which digests are kept beside documents, or only the documents are written."""
    with patch.object(documents, "put", put if digests else plain):
        yield


def plain(rows: Rows, found: Sequence[Row]) -> None:
    """Write the documents alone."""
    for document in found:
        rows.put(DOCUMENTS, document)


def measure(place: Place, rounds: int, progress: Progress) -> Outcome:
    """Operations a second of one device in pushes of 100, into all views, with one process for everything."""
    rows, goals = [], []
    with (
        place.database() as dsn,
        log_as(dsn, "callout_writer") as log,
        log_as(dsn, "callout_projector") as views,
    ):
        ensure(views)
        intake = Intake(log, views)
        for scenario, fresh in (("rows at hand", False), ("every row read first", True)):
            found = compare(
                scenario,
                "operations",
                {
                    WITHOUT: partial(intake.take, digests=False, fresh=fresh),
                    WITH: partial(intake.take, digests=True, fresh=fresh),
                },
                rounds=rounds,
                progress=progress,
                goals=(Goal(WITH, WITHOUT, FACTOR, "digests cost at most 5 % of taking operations in"),),
            )
            rows += found.rows
            goals += found.goals
    return Outcome(rows, goals)
