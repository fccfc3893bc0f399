"""Issue 8, 2: an event that one view cannot fold is parked for that view only, and a rebuild tries it again."""

from __future__ import annotations

from typing import Any

import pytest
from eventsourcing.persistence import OperationalError

from projections.engine import parking
from projections.engine.projector import Projector
from projections.engine.rebuild import rebuild
from projections.engine.stored import StoredRows
from projections.engine.verify import verify
from store.log import EventLog
from tests.support.failing_views import ALL, REFUSALS, Narrow, give_trouble, parked
from tests.support.views import run_through

pytestmark = pytest.mark.usefixtures("no_trouble")


@pytest.mark.parametrize("refusal", REFUSALS)
def test_what_the_database_refuses_is_parked_for_its_view_and_the_others_go_on(
    views: EventLog, moved: list[int], monkeypatch: pytest.MonkeyPatch, refusal: str
) -> None:
    bad = [moved[40], moved[41], moved[200]]
    give_trouble(monkeypatch, dict.fromkeys(bad, REFUSALS[refusal]))

    assert run_through(Projector(views, ALL)) == 300

    assert parked(views) == [(view, at, "narrow") for view in ("narrow", "wide") for at in bad]
    assert views.pool.fetch_all("SELECT count(*) FROM views.apart") == [(len(moved),)]
    assert views.pool.fetch_all("SELECT sum(times) FROM views.narrow") == [(len(moved) - len(bad),)]
    monkeypatch.undo()
    rebuild(views, ALL, ["narrow"])
    assert parked(views) == []
    assert views.pool.fetch_all("SELECT sum(times) FROM views.narrow") == [(len(moved),)]
    assert all(not each.differences for each in verify(views, ALL))


def test_finding_the_event_takes_a_bounded_number_of_tries(
    views: EventLog, moved: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    give_trouble(monkeypatch, {moved[70]: {"times": 2**63}})
    tries: list[int] = []
    write = StoredRows.write

    def counted(rows: StoredRows) -> None:
        tries.append(1)
        write(rows)

    monkeypatch.setattr(StoredRows, "write", counted)

    projector = Projector(views, ALL)
    assert projector.run_once() > 0
    assert len(tries) <= 10  # 125 events are halved seven times
    assert ("narrow", moved[70], "narrow") in parked(views)


def test_a_database_that_is_away_parks_nothing(
    views: EventLog, moved: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise OperationalError("gone")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(StoredRows, "write", away)
        for _ in range(3):
            with pytest.raises(OperationalError):
                Projector(views, ALL).run_once()
    assert parked(views) == []
    assert run_through(Projector(views, ALL)) == 300
    assert views.pool.fetch_all("SELECT count(*) FROM views.narrow") != [(0,)]
    assert len(moved) > 200


def test_no_more_events_are_noted_than_somebody_may_look_at(
    views: EventLog, moved: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parking, "MOST", 10)

    def stumble(position: int) -> Any:
        raise LookupError(position)

    monkeypatch.setattr(Narrow, "spoil", staticmethod(stumble))
    assert run_through(Projector(views, ALL)) == 300
    assert parked(views) == [(view, at, "narrow") for view in ("narrow", "wide") for at in moved[:10]]
    assert views.pool.fetch_all("SELECT count(*) FROM views.narrow") == [(0,)], "nothing of a failed fold stays"
