"""Issue 8, 6: an event that names a thousand units costs a bounded amount for each, whatever came before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random, randrange
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest

from domain.stock.discrepancy import Discrepancy, discrepancy_id
from domain.stock.location import Location
from projections.documents.documents import Documents
from projections.engine.projector import Projector
from projections.stock import serials
from projections.stock.discrepancies import Discrepancies
from projections.stock.discrepancy_row import DISCREPANCIES
from projections.stock.serials import MOST_CLAIMS, SERIALS
from projections.work.work_order_facts import SERIALS_SHOWN
from projections.work.work_order_row import WORK_ORDERS
from store import rows as stored
from tests.support.growing import Growing
from tests.support.growing_work import ORDER, Company
from tests.support.logs import NOON
from tests.support.memory_events import Phone, ViewsInMemory, later, shuffled
from tests.support.projected_log import ProjectedLog, projected_log_on
from tests.support.serials import S1, S2, SerialOffice, tracked
from tests.support.stock import OTHER_VAN, PART, TRANSIT, VAN, WAREHOUSE, bought, moved, places, used
from tests.support.views import projector_log, run_through

MOST_SERIALS = 1000
"""So many one operation may name."""

ROWS, READ, WRITTEN = 40, 100_000, 22_000
"""Of each unit that an event names, at most: rows read, bytes read (each time a row is read again) and written."""


def named(count: int) -> tuple[str, ...]:
    return tuple(f"S-{number:06}" for number in range(count))


def test_an_event_that_names_a_thousand_units_is_bounded_for_each() -> None:
    """Issue 8, 6: each unit is claimed twice by every event, the worst that there is."""
    growing = Growing()
    company = Company(growing.views, tracking="serial")
    use = lambda number: company.record(number, used(MOST_SERIALS, VAN, serials=named(MOST_SERIALS)), who=number % 2)  # noqa: E731
    many = MOST_CLAIMS + 6
    early, late = growing.measure(use, many, (MOST_CLAIMS + 1, many - 2), 2)
    assert all(now <= 1.2 * before for before, now in zip(early, late, strict=True)), (early, late)
    each = [cost / 2 / MOST_SERIALS for cost in late]
    assert all(cost <= most for cost, most in zip(each, (ROWS, READ, WRITTEN), strict=True)), each


def test_units_that_are_not_told_apart_are_not_followed() -> None:
    """Issue 8, 6: a part that is not tracked was walked through three times for each movement."""
    views = ViewsInMemory(Discrepancies())
    company = Company(views)
    with patch.object(serials, "walk", side_effect=AssertionError), patch.object(serials, "in_order", None):
        for number in range(3):
            company.record(number, used(3, VAN, serials=named(3)))
    assert [row["claims_count"] for row in views.all(SERIALS)] == [3, 3, 3]


def test_an_order_shows_some_units_of_a_use_and_how_many_there_are() -> None:
    """Issue 8, 6: fifty uses of a thousand units each made a row, and a document, of a megabyte."""
    views = ViewsInMemory(Documents())
    company = Company(views)
    for count in (SERIALS_SHOWN, SERIALS_SHOWN + 1):
        company.record(0, used(count, VAN, work_order=ORDER, serials=named(count)), minutes=count)
    whole, cut = views.row(WORK_ORDERS, ORDER)["parts_used"]
    assert (len(whole["serials"]), "serials_count" in whole) == (SERIALS_SHOWN, False)
    assert (len(cut["serials"]), cut["serials_count"]) == (SERIALS_SHOWN, SERIALS_SHOWN + 1)


def test_a_decision_about_one_unit_does_not_read_all_units_of_the_part() -> None:
    """Issue 8, 6: sibling: what people decide about a misfit that is gone looked through all serials of its part."""
    growing = Growing()
    company = Company(growing.views, tracking="serial")
    growing.views.record(bought(300, VAN, serials=named(300)), at=later(-60))
    growing.rows.counting = True
    id = discrepancy_id("serial_unknown", PART, "S-000123")
    taken_up = Discrepancy.take_up(id=id, kind="serial_unknown", refs=(PART,))
    taken_up.assign(company.phones[0].technician)
    growing.views.record(taken_up)
    assert growing.rows.take().rows < 30
    assert growing.views.row(DISCREPANCIES, id)["refs"]["serial"] == "S-000123"


def story(seed: int, *, turns: bool) -> ViewsInMemory:
    """Three phones move several units, more often than is kept; each phone's own order is kept."""
    views, dice = ViewsInMemory(Discrepancies()), Random(seed)
    places(views)
    phones = [Phone(number) for number in (1, 2, 3)]
    views.record(tracked(), *(phone.device for phone in phones))
    queues: list[list[tuple[Phone, UUID, UUID, tuple[str, ...], int]]] = [[], [], []]
    spots = (VAN, OTHER_VAN, TRANSIT, WAREHOUSE)
    for number in range(4 * MOST_CLAIMS):
        who, units = dice.randrange(3), dice.choice(((S1,), (S2,), (S1, S2)))
        from_, to = dice.sample(spots, 2)
        queues[who].append((phones[who], from_, to, units, dice.randrange(200) if number % 3 else number))
    for phone, from_, to, units, minutes in shuffled(queues, [dice.randrange(3) for _ in range(200)] if turns else []):
        move = moved("transfer_out", len(units), from_, to, id=phone.operation(), serials=units)
        phone.record(views, move, minutes=minutes)
    return views


@pytest.mark.parametrize("fresh", range(8))
def test_the_order_of_arrival_leaves_no_trace_in_units_that_moved_more_often_than_is_kept(fresh: int) -> None:
    """Issue 8, 6: the claims that are kept are the same, whenever they arrive."""
    seed = randrange(10**6) if fresh else 3
    one, other = story(seed, turns=False), story(seed, turns=True)
    assert all(row["claims_count"] > MOST_CLAIMS == len(row["claims"]) for row in one.all(SERIALS)), seed
    assert one.timeless() == other.timeless(), seed


def test_what_has_left_the_claims_that_are_kept_is_open_no_more() -> None:
    """Issue 8, 6: the discrepancy follows the claims that are judged; it stayed open for ever, or not, by arrival."""
    office = SerialOffice()
    office.anna.record(office.views, used(1, VAN, serials=(S1,)))
    assert len(office.found("serial_unknown")) == 1
    for number in range(MOST_CLAIMS):
        ends = (TRANSIT, VAN) if number % 2 else (VAN, TRANSIT)
        office.views.record(moved("adjustment", 1, *ends, serials=(S1,)), at=later(10 + number))
    assert (office.found("serial_unknown"), len(office.unit()["claims"])) == ([], MOST_CLAIMS)


def test_a_unit_does_not_become_unknown_when_its_receipt_is_kept_no_more() -> None:
    """Issue 8, 6: sibling: the first claim that was kept seemed to take it from where it never came to."""
    office = SerialOffice()
    office.buy()
    for number in range(MOST_CLAIMS + 3):
        ends = (TRANSIT, VAN) if number % 2 else (VAN, TRANSIT)
        kind: Any = "transfer_in" if number % 2 else "transfer_out"
        office.views.record(moved(kind, 1, *ends, serials=(S1,)), at=later(number))
        assert office.found() == [], number


@pytest.fixture
def projected(database: str) -> Iterator[ProjectedLog]:
    with projected_log_on(database, Documents()) as made:
        made.record(*(Location.register(id=id, kind="van", name=f"Van {id.int}") for id in (VAN, OTHER_VAN)))
        made.record(tracked())
        yield made


def test_the_rows_of_all_units_are_read_at_once(projected: ProjectedLog, database: str) -> None:
    """Issue 8, 6: the discrepancies of a thousand units were asked for one by one."""
    asked: dict[int, int] = {}
    load = stored.load
    for count in (2, 60):
        calls: list[Any] = []
        units = tuple(f"{count}-{number}" for number in range(count))
        projected.record(used(count, VAN, serials=units), at=NOON + timedelta(minutes=1))
        projected.check_rebuild()
        projected.record(used(count, OTHER_VAN, serials=units), at=NOON + timedelta(minutes=2))
        with (
            projector_log(database) as started_anew,
            patch.object(stored, "load", side_effect=lambda *args, calls=calls: calls.append(1) or load(*args)),
        ):
            run_through(Projector(started_anew, projected.projections))
        asked[count] = len(calls)
    assert 0 < asked[60] <= asked[2], asked
    with projected.seen():
        pass
    projected.check_rebuild()
