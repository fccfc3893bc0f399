"""Issue 8, 6: the rows of a long history that the projector writes batch by batch equal those of a rebuild."""

from __future__ import annotations

from random import Random, randrange
from typing import Any

from domain.stock.stock_movement import correction_id
from projections.catalogue import PROJECTIONS
from projections.work.work_order_row import WORK_ORDERS
from tests.support.growing_work import ORDER, Company
from tests.support.projected_log import ProjectedLog, projected_log_on
from tests.support.stock import VAN, approved, counted, used

MANY = 600


class RecordingViews:
    """Records a company's events in the log, in place of views in memory."""

    def __init__(self, projected: ProjectedLog) -> None:
        self._projected = projected

    def record(self, *entities: Any, **envelope: Any) -> int:
        """Record the pending events of these entities."""
        return self._projected.record(*entities, **envelope)


def test_a_long_story_is_the_same_kept_live_and_rebuilt(database: str) -> None:
    """Issue 8, 6: two phones use parts on one order, tell late, take back, and count in between."""
    seed = randrange(10**6)
    dice = Random(seed)
    with projected_log_on(database, *PROJECTIONS) as projected:
        views: Any = RecordingViews(projected)
        company = Company(views)
        for number in range(MANY):
            who = dice.randrange(2)
            minutes = dice.randrange(number + 1) if dice.randrange(4) == 0 else number
            use = used(1, VAN, work_order=ORDER, technician=company.phones[who].technician)
            company.record(number, use, who=who, minutes=minutes)
            if dice.randrange(6) == 0:
                back = use.reverse(id=correction_id(use.id), reason="fact_corrected")
                company.record(number, back, who=who, minutes=minutes)
            if dice.randrange(8) == 0:
                company.order.record_note(f"Note {number}")
                company.visit.record_arrived(company.phones[who].technician)
                company.record(number, company.order, company.visit, who=who, minutes=minutes)
            if number in (150, 400):
                count = counted(3)
                company.record(number, count, who=who, minutes=dice.randrange(number))
                views.record(approved(count))
            if dice.randrange(20) == 0:
                projected.rows()
        projected.check_rebuild()
        with projected.seen() as reader:
            [row] = reader.fetch_all(f"SELECT counts, parts_used FROM {WORK_ORDERS.name}")  # noqa: S608 - a table's name
        assert (row["counts"]["uses"] > MANY, len(row["parts_used"])) == (True, 50), seed
