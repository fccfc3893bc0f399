"""What people decide about a discrepancy, and how the office finds it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.stock.location import Location
from domain.work.work_order import WorkOrder
from projections.stock.discrepancies import Discrepancies, concerned
from projections.stock.discrepancy_queries import discrepancies, discrepancy
from tests.support.logs import NOON
from tests.support.memory_discrepancies import Office
from tests.support.memory_events import later
from tests.support.projected_log import ProjectedLog, projected_log_on
from tests.support.stock import PART, VAN, bought, used
from tests.support.work_orders import ANNA, BEN

BOSS = UUID(int=82)


@pytest.fixture
def office() -> Office:
    made = Office()
    order = made.order(BEN)
    order.record_note("Whose order is this?")
    made.anna.record(made.views, order, minutes=5)
    return made


def status_of(office: Office, kind: str) -> tuple[str, bool, Any]:
    row = office.one(kind)
    return row["status"], row["open"], row["owner"]


def test_who_is_asked_to_look_into_it_owns_it(office: Office) -> None:
    decisions = office.taken_up(office.one("work_after_reassignment"))
    decisions.assign(BOSS)
    office.views.record(decisions, at=later(30), actor=BEN)

    assert status_of(office, "work_after_reassignment") == ("assigned", True, BOSS)
    decided = office.one("work_after_reassignment")["decisions"][-1]
    assert (decided["what"], decided["to"], decided["actor"]) == ("discrepancy.assigned", str(BOSS), str(BEN))


@pytest.mark.parametrize(
    ("act", "fields", "status"),
    [
        ("explain", {"by_event": PART, "by": BOSS}, "explained"),
        ("write_off", {"reason": "Nobody knows.", "approved_by": BOSS}, "settled"),
        ("adjust", {"movements": (PART,), "approved_by": BOSS}, "settled"),
    ],
)
def test_a_decision_settles_it_until_something_new_is_found(
    office: Office, act: str, fields: dict[str, Any], status: str
) -> None:
    row = office.one("work_after_reassignment")
    decisions = office.taken_up(row)
    getattr(decisions, act)(**fields)
    office.views.record(decisions, at=later(30))
    assert status_of(office, "work_after_reassignment") == (status, False, None)

    office.anna.record(office.views, used(1, work_order=row["work_order"], technician=ANNA), minutes=40)
    assert status_of(office, "work_after_reassignment") == ("open", True, None)


def test_what_was_settled_can_be_assigned_again(office: Office) -> None:
    decisions = office.taken_up(office.one("work_after_reassignment"))
    decisions.write_off(reason="Nobody knows.", approved_by=BOSS)
    decisions.assign(BOSS)
    office.views.record(decisions)

    assert status_of(office, "work_after_reassignment") == ("assigned", True, BOSS)


def test_no_decision_ends_a_book_below_zero_and_it_closes_by_itself(office: Office) -> None:
    office.views.record(used(1), at=later(10))
    decisions = office.taken_up(office.one("negative_book"))
    decisions.explain(by_event=PART, by=BOSS)
    office.views.record(decisions, at=later(30))
    assert status_of(office, "negative_book") == ("open", True, None)

    office.views.record(bought(1, VAN), at=later(40))
    assert status_of(office, "negative_book") == ("closed", False, None)
    assert office.one("negative_book")["opened_at"] == later(10)

    office.views.record(used(1), at=later(50))
    assert (status_of(office, "negative_book")[0], office.one("negative_book")["opened_at"]) == ("open", later(50))


def test_whoever_renders_discrepancies_is_told_which_ones_an_event_concerns(office: Office) -> None:
    order = office.order(BEN)
    calm = office.views.position
    use = used(1, work_order=order.id, technician=ANNA)
    office.anna.record(office.views, use, minutes=5)
    changed = {row["id"] for row in office.found() if row["position"] > calm}
    assert {row["kind"] for row in office.found() if row["id"] in changed} == {
        "negative_book",
        "work_after_reassignment",
    }
    assert changed == set(concerned(office.views.events[-1], office.views.rows))

    office.anna.record(office.views, use.reverse(id=uuid4(), reason="fact_corrected"))

    assert changed <= set(concerned(office.views.events[-1], office.views.rows))
    assert changed.isdisjoint(row["id"] for row in office.found())


@pytest.fixture
def projected(database: str) -> Iterator[ProjectedLog]:
    with projected_log_on(database, Discrepancies()) as made:
        yield made


def test_discrepancies_are_found_oldest_first_with_their_age_and_are_the_same_rebuilt(projected: ProjectedLog) -> None:
    van, order, device = Location.register(id=VAN, kind="van", name="Van 1"), uuid4(), uuid4()
    van.take_custody(ANNA)
    opened = WorkOrder.open(id=order, number="W-1", customer=uuid4())
    opened.assign(BEN)
    projected.record(van, opened)
    projected.record(used(1, work_order=order, technician=ANNA), at=NOON + timedelta(hours=1), device=device)
    projected.check_rebuild()

    def kinds(**filters: Any) -> list[str]:
        return [row["kind"] for row in discrepancies(reader, limit=9, **filters)]

    with projected.seen() as reader:
        everything = discrepancies(reader, limit=9, at=NOON + timedelta(hours=3))
        assert {row["kind"]: row["age"] for row in everything} == dict.fromkeys(
            ("negative_book", "work_after_reassignment", "unknown_part"), 7200
        )
        assert kinds(owner=ANNA) == kinds(location=VAN) == ["negative_book"]
        assert kinds(work_order=order) == kinds(technician=ANNA) == ["work_after_reassignment"]
        assert kinds(kind="unknown_part", status="open", open=True, part=PART) == ["unknown_part"]
        assert kinds(open=False) == kinds(device=device) == []
        first = everything[0]
        assert len(kinds(after=(first["opened_at"], first["id"]))) == 2
        one = discrepancy(reader, first["id"], at=NOON + timedelta(hours=2))
        assert one is not None
        assert one["age"] == 3600
        assert discrepancy(reader, uuid4()) is None
