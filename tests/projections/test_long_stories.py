"""Issue 8, 6: a bounded part of a long history is the same part, whatever the order of arrival."""

from __future__ import annotations

from random import Random, randrange
from typing import Any
from uuid import UUID

import pytest

from domain.stock.stock_movement import StockMovement, correction_id
from projections.catalogue import PROJECTIONS
from projections.documents.documents import Documents
from projections.documents.table import DOCUMENTS
from projections.engine.fact_lists import SHOWN
from projections.stock.below_zero import MOST_EVENTS, MOST_LINES
from projections.work.work_order_row import WORK_ORDERS
from tests.support.growing_work import BEN, ORDER, Company
from tests.support.memory_discrepancies import Office
from tests.support.memory_events import ViewsInMemory, later, shuffled
from tests.support.stock import VAN, bought, used

MANY = 700
DERIVED = frozenset({"documents", "document_digests", "timeline", "device_activity"})
"""They say when something arrived, or have nothing else to say."""


def story(seed: int, *, turns: bool) -> ViewsInMemory:
    """Two phones tell hundreds of things about one order, some of them late; each phone's own order is kept."""
    views = ViewsInMemory(*PROJECTIONS)
    company, dice = Company(views, tracking="serial"), Random(seed)
    queues: list[list[tuple[int, str, int, Any]]] = [[], []]
    for number in range(MANY):
        who = dice.randrange(2)
        what = dice.choice(("use", "use", "note", "labour", "complete", "arrive", "pause", "take back"))
        minutes = dice.randrange(MANY) if number % 5 == 0 else number
        queues[who].append((who, what, minutes, dice.randrange(8)))
    arriving = [dice.randrange(2) for _ in range(MANY)] if turns else []
    made: list[list[tuple[UUID, Any]]] = [[], []]
    for who, what, minutes, dot in shuffled(queues, arriving):
        phone = company.phones[who]
        operation = phone.operation()
        if what == "take back":
            entity = taken_back(*made[who].pop()) if made[who] else None
        else:
            entity = changed(company, what, dot, operation, phone.technician)
            made[who].append((operation, entity))
        if entity is None:
            phone.seq += 1
        else:
            company.record(0, entity, who=who, minutes=minutes)
    return views


def changed(company: Company, what: str, dot: int, operation: UUID, technician: UUID) -> Any:
    order, visit = company.order, company.visit
    if what == "use":
        serials = (f"S-{dot}",) if dot < 2 else ()
        return used(1, VAN, id=operation, work_order=ORDER, technician=technician, serials=serials)
    {
        "note": lambda: order.record_note(f"{operation}"),
        "labour": lambda: order.record_labour(minutes=dot + 1, kind="work", technician=technician),
        "complete": lambda: order.record_completion(technician=technician, fixed="yes"),
        "arrive": lambda: visit.record_arrived(technician),
        "pause": lambda: visit.record_paused(technician),
    }[what]()
    return visit if what in ("arrive", "pause") else order


def taken_back(operation: UUID, entity: Any) -> Any:
    if isinstance(entity, StockMovement):
        return entity.reverse(id=correction_id(entity.id), reason="fact_corrected")
    entity.record_correction(operation=operation)
    return entity


@pytest.mark.parametrize("fresh", [True, False])
def test_the_order_of_arrival_leaves_no_trace_in_a_long_story(*, fresh: bool) -> None:
    """Issue 8, 6: also where only the newest, or the first, of what happened is looked at."""
    seed = randrange(10**6) if fresh else 3
    one, other = story(seed, turns=False), story(seed, turns=True)
    left, right = one.timeless(), other.timeless()
    for name in left.keys() - DERIVED:
        assert left[name] == right[name], (seed, name)


def test_a_book_below_zero_for_longer_than_is_looked_at_is_open_since_its_first_movement() -> None:
    """Issue 8, 6: no flood of movements makes it look younger."""
    office = Office()
    office.views.record(bought(1, VAN), at=later(-30))
    for number in range(MOST_LINES + 10):
        office.anna.record(office.views, used(1), minutes=number)
        if number == MOST_LINES - 10:
            assert office.one("negative_book")["opened_at"] == later(1)
    row = office.one("negative_book")
    assert (row["opened_at"], len(row["events"])) == (later(-30), MOST_EVENTS)


def test_late_work_stays_found_when_the_first_causes_are_taken_back() -> None:
    """Issue 8, 6: 130 causes, of which the row shows 100; behind those taken back come the others."""
    office = Office()
    order = office.order(BEN)
    operations = []
    for number in range(130):
        order.record_note("It hums.")
        operations.append(office.anna.record(office.views, order, minutes=number))
    for operation in operations[:110]:
        order.record_correction(operation=operation, fact="work_order.note_added")
        office.anna.record(office.views, order, minutes=200)
    found = office.one("work_after_reassignment")["events"]
    assert [event["operation"] for event in found] == [str(each) for each in operations[110:]]


def test_a_document_has_the_newest_notes_and_says_how_many_there_are() -> None:
    """Issue 8, 6: 1,200 notes made one document of 9.5 MB."""
    views = ViewsInMemory(Documents())
    company = Company(views)
    for number in range(SHOWN + 1):
        company.order.record_note("It hums. " * 800)
        company.record(number, company.order, minutes=number)
        [row] = [row for row in views.all(DOCUMENTS) if row["type"] == "work_order" and row["gone"] is None]
        assert ("notes_count" in row["entry"]) == (number == SHOWN)
    assert f'"notes_count":{SHOWN + 1}' in row["entry"]
    assert row["size"] < SHOWN * 10_000
    assert views.row(WORK_ORDERS, ORDER)["counts"]["notes"] == SHOWN + 1
