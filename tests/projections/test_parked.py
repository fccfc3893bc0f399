"""Issue 8, 2: one view's trouble stops that view only: the event is parked, and a rebuild takes it in later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from eventsourcing.persistence import OperationalError

from projections import parking
from projections.catalogue import ensure
from projections.failures import FoldError
from projections.past import Views
from projections.projection import Projection, Rows, on
from projections.projector import Projector
from projections.rebuild import rebuild
from projections.stored import StoredRows
from projections.table import Table
from projections.verify import verify
from store.log import EventLog
from store.recorded import Recorded
from tests.support.databases import run
from tests.support.views import Warehouse, projector_log, run_through

NARROW = Table(
    "narrow", {"part": "uuid NOT NULL", "times": "bigint NOT NULL", "label": "text NOT NULL"}, ("part",), (("label",),)
)
WIDE = Table("wide", {"position": "bigint NOT NULL", "labels": "bigint NOT NULL"}, ("position",))
MOVED = "SELECT position FROM log.events WHERE topic = 'stock.moved' ORDER BY position"
LONG = "".join(chr(0x4E00 + number * 7919 % 20_000) for number in range(4_000))


class Narrow(Projection):
    """A view that a test gives trouble: `spoil` says what is written for the event at a position."""

    name: ClassVar[str] = "narrow"
    tables: ClassVar[tuple[Table, ...]] = (NARROW,)
    spoil: Callable[[int], Any] = staticmethod(lambda _: None)

    @on("stock.moved")
    def _moved(self, event: Recorded, rows: Rows) -> None:
        row = rows.get(NARROW, event.data.part) or {"part": event.data.part, "times": 0, "label": "fine"}
        row = row | {"times": row["times"] + 1}
        rows.put(NARROW, row)
        row |= type(self).spoil(event.position) or {}
        rows.put(NARROW, row)


class Wide(Projection):
    """A view that needs the one in trouble."""

    name: ClassVar[str] = "wide"
    tables: ClassVar[tuple[Table, ...]] = (WIDE,)
    needs: ClassVar[tuple[Projection, ...]] = (Narrow(),)

    @on("stock.moved")
    def _moved(self, event: Recorded, rows: Rows) -> None:
        row = rows.get(NARROW, event.data.part)
        rows.put(WIDE, {"position": event.position, "labels": row["times"] if row else 0})


class Apart(Projection):
    """A view that has nothing to do with it."""

    name: ClassVar[str] = "apart"
    tables: ClassVar[tuple[Table, ...]] = (Table("apart", {"position": "bigint NOT NULL"}, ("position",)),)

    @on("stock.moved")
    def _moved(self, event: Recorded, rows: Rows) -> None:
        rows.put(self.tables[0], {"position": event.position})


ALL: tuple[Projection, ...] = (Narrow(), Wide(), Apart())
REFUSALS: dict[str, Any] = {
    "a number that is too large": {"times": 2**63},
    "a text that no index holds": {"label": LONG},
    "nothing where something must be": {"label": None},
    "a number that cannot be written down": {"times": 2**70},
}


@pytest.fixture(autouse=True)
def _no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Narrow, "spoil", staticmethod(lambda _: None))


@pytest.fixture
def moved(log: EventLog, views: EventLog) -> list[int]:
    """The positions of 300 events that are movements; all are in the log and none in the views."""
    ensure(views, ALL)
    Warehouse(log).work(300, at_once=100)
    return [at for (at,) in log.pool.fetch_all(MOVED)]


def parked(views: EventLog) -> list[tuple[str, int, str]]:
    return views.pool.fetch_all("SELECT view, position, because FROM log.parked_events ORDER BY view, position")


def give_trouble(monkeypatch: pytest.MonkeyPatch, bad: dict[int, Any]) -> None:
    monkeypatch.setattr(Narrow, "spoil", staticmethod(bad.get))


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
