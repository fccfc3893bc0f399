"""Issue 8, 2: a rebuild parks what it cannot fold, and never an event that the present view has."""

from __future__ import annotations

from unittest.mock import Mock

import pytest

from projections.catalogue import ensure
from projections.engine import parking
from projections.engine.failures import Failure, FoldError
from projections.engine.projector import Projector
from projections.engine.rebuild import rebuild
from projections.engine.verify import verify
from projections.engine.views import Views
from store.log import EventLog
from tests.support.databases import run
from tests.support.failing_views import ALL, REFUSALS, Apart, Narrow, give_trouble, parked
from tests.support.views import Warehouse, projector_log, run_through

pytestmark = pytest.mark.usefixtures("no_trouble")


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_view_made_anew_over_such_events_leaves_them_out_too_and_says_so(
    log: EventLog, views: EventLog, moved: list[int], monkeypatch: pytest.MonkeyPatch, refusal: str
) -> None:
    run_through(Projector(views, ALL))
    give_trouble(monkeypatch, {moved[-1]: REFUSALS[refusal]})
    views.pool.execute("UPDATE log.checkpoints SET shape = 'of yesterday' WHERE name = 'narrow'")

    assert "narrow" in ensure(views, ALL)
    assert ensure(views, ALL) == []

    assert ("narrow", moved[-1], "narrow") in parked(views)
    assert views.pool.fetch_all("SELECT count(*) > 0 FROM views.narrow") == [(True,)]
    past = Views(views, ALL)
    with past.at([Narrow(), Apart()], known_at=300) as reader:
        assert reader.fetch_all("SELECT count(*) AS rows FROM apart") == [{"rows": len(moved)}]
    past.close()
    assert [each.name for each in verify(views, ALL)] == ["narrow", "wide", "apart"]
    Warehouse(log, seed=5).work(20)
    assert run_through(Projector(views, ALL)) > 0
    assert Projector(views, ALL).lag() == 0


@pytest.mark.usefixtures("moved")
def test_a_view_without_its_table_is_stopped_and_made_anew_at_the_next_start(views: EventLog, database: str) -> None:
    run(database, "DROP TABLE views.narrow")

    projector, past = Projector(views, ALL), Views(views, ALL)
    run_through(projector)

    stopped = "SELECT name FROM log.checkpoints WHERE stopped_at IS NOT NULL ORDER BY name"
    assert views.pool.fetch_all(stopped) == [("narrow",), ("wide",)]
    assert past.position() == 300, "nobody waits for what is stopped"
    assert past.position(["narrow"]) < 300, "who names it is not told that it knows everything"
    past.close()
    with projector_log(database) as started:
        assert ensure(started, ALL) == ["narrow", "wide"]
        assert all(not each.differences for each in verify(started, ALL))
    assert views.pool.fetch_all(stopped) == []


def test_a_rebuild_does_not_put_a_view_that_lacks_events_in_the_place_of_one_that_has_them(
    views: EventLog, moved: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_through(Projector(views, ALL))
    give_trouble(monkeypatch, {moved[9]: {"label": None}})
    with pytest.raises(FoldError, match="narrow"):
        rebuild(views, ALL, ["narrow"])
    assert parked(views) == []
    assert views.pool.fetch_all("SELECT sum(times) FROM views.narrow") == [(len(moved),)]


def stumble(monkeypatch: pytest.MonkeyPatch, positions: list[int]) -> None:
    def spoil(position: int) -> None:
        if position in positions:
            raise LookupError

    monkeypatch.setattr(Narrow, "spoil", staticmethod(spoil))


def test_a_rebuild_that_lacks_less_is_taken_though_not_all_that_was_lacking_had_been_noted(
    views: EventLog, moved: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 8, 2: only the first ones are noted; any failure among the others counted as a new one."""
    monkeypatch.setattr(parking, "MOST", 3)
    run_through(Projector(views, ALL))
    views.pool.execute("UPDATE log.checkpoints SET shape = 'of yesterday' WHERE name = 'narrow'")
    with monkeypatch.context() as meanwhile:
        stumble(meanwhile, moved[2:8])
        ensure(views, ALL)
    assert [at for view, at, _ in parked(views) if view == "narrow"] == moved[2:5]

    with monkeypatch.context() as meanwhile:
        stumble(meanwhile, moved[1:2])
        with pytest.raises(FoldError, match="narrow"):
            rebuild(views, ALL, ["narrow"])
    stumble(monkeypatch, moved[7:8])
    rebuild(views, ALL, ["narrow"])
    assert {(view, at) for view, at, _ in parked(views)} == {("narrow", moved[7])}


def test_what_is_left_out_is_noted_in_two_statements_however_much_it_is(views: EventLog) -> None:
    """Issue 8, 2: the change-over holds the checkpoints meanwhile."""
    failures = [Failure(view, at, view, "KeyError") for view in ("narrow", "apart") for at in range(2_000, 0, -1)]
    with views.pool.transaction() as cursor:
        parking.park(cursor, failures[:5])
        counted = Mock(wraps=cursor)
        parking.park(counted, failures)
        assert counted.execute.call_count == 2
        found = parking.parked(cursor, ["narrow", "apart"])
    assert len(found) == 2 * parking.MOST
    assert {at for view, at in found if view == "apart"} == set(range(1, parking.MOST + 1))
