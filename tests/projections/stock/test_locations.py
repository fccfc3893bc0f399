"""Locations as the office sees them, and which of them hold stock."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.stock.location import VIRTUAL, Location
from projections.stock.locations import Locations, holds_stock, location, locations, must_not_be_negative
from tests.support.memory_events import ViewsInMemory
from tests.support.projected_log import ProjectedLog, projected_log_on
from tests.support.work_orders import ANNA, BEN


@pytest.fixture
def projected(database: str) -> Iterator[ProjectedLog]:
    with projected_log_on(database, Locations()) as made:
        yield made


def test_a_van_shows_its_custodian_and_that_it_is_retired(projected: ProjectedLog) -> None:
    van = Location.register(id=uuid4(), kind="van", name="Van 1")
    van.take_custody(ANNA)
    van.take_custody(BEN)
    projected.record(van)
    with projected.seen() as reader:
        row = location(reader, van.id)
        assert location(reader, uuid4()) is None
    assert row is not None
    assert (row["kind"], row["name"], row["custodian"], row["retired"]) == ("van", "Van 1", BEN, False)

    van.retire()
    projected.record(van)
    with projected.seen() as reader:
        row = location(reader, van.id)
    assert row is not None
    assert (row["retired"], row["version"]) == (True, van.version)
    projected.check_rebuild()


def test_locations_are_found_by_kind_custodian_and_whether_they_are_in_use(projected: ProjectedLog) -> None:
    van, shelf, old = (UUID(int=number) for number in (1, 2, 3))
    anna_s, gone = Location.register(id=van, kind="van", name="Van"), Location.register(id=old, kind="van", name="Old")
    anna_s.take_custody(ANNA)
    gone.retire()
    projected.record(anna_s, Location.register(id=shelf, kind="warehouse", name="Main"), gone)

    def found(**filters: Any) -> list[UUID]:
        return [row["id"] for row in locations(reader, limit=9, **filters)]

    with projected.seen() as reader:
        assert found() == [van, shelf, old]
        assert found(after=van) == [shelf, old]
        assert found(kind="van") == [van, old]
        assert found(custodian=ANNA) == found(kind="van", retired=False) == [van]


def test_stock_lies_where_people_can_count_and_must_not_be_negative_in_our_own_places() -> None:
    views, site, shelf = ViewsInMemory(Locations()), uuid4(), uuid4()
    views.record(
        Location.register(id=site, kind="site", name="At the customer's", site=uuid4()),
        Location.register(id=shelf, kind="warehouse", name="Main"),
    )

    places = (shelf, site, VIRTUAL["quarantine"], VIRTUAL["transit"], VIRTUAL["supplier"], uuid4())
    assert [holds_stock(views.rows, place) for place in places] == [True, True, True, False, False, False]
    assert [must_not_be_negative(views.rows, place) for place in places] == [True, False, True, False, False, False]
