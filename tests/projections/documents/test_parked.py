"""Issue 8, 2: what cannot be rendered for one document, or taken in by one view, freezes no device's pull."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any
from uuid import uuid4

import orjson
import pytest

from domain.kernel.envelope import Envelope
from domain.stock.part import Part, PartName
from domain.work.technician import Technician
from domain.work.work_order import WorkOrder
from projections.catalogue import PROJECTIONS, ensure
from projections.documents import documents
from projections.documents.table import DOCUMENTS
from projections.engine.projector import Projector
from projections.engine.rebuild import rebuild
from projections.engine.verify import verify
from projections.engine.views import Views
from projections.stock.stock import Stock
from store.log import EventLog
from sync.documents import ReadyDocuments
from tests.support.logs import NOON
from tests.support.stock import bought
from tests.support.views import projector_log, run_through


@pytest.fixture
def views(database: str) -> Iterator[EventLog]:
    """The log as the projector sees it, with empty tables of all views."""
    with projector_log(database) as made:
        ensure(made)
        yield made


def record(log: EventLog, *entities: Any) -> int:
    work = log.work()
    work.add(Envelope(occurred_at=NOON), *entities)
    many = len(work.events)
    return work.commit().base + many


def part(number: str) -> Part:
    return Part.register(id=uuid4(), number=number, names=(PartName("en", number),), unit="pcs")


def parked(views: EventLog) -> list[tuple[str, int, str]]:
    return views.pool.fetch_all("SELECT view, position, because FROM log.parked_events ORDER BY position, view")


def test_a_document_that_cannot_be_rendered_stays_as_it_was_and_the_others_go_on(
    log: EventLog, views: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good, anna = part("P-1"), part("P-2"), uuid4()
    render = documents._BODIES["part"]

    def stumble(rows: Any, id: str) -> Any:
        return 1 / 0 if id == str(bad.id) else render(rows, id)

    with monkeypatch.context() as meanwhile:
        meanwhile.setitem(documents._BODIES, "part", stumble)
        record(log, Technician.register(id=anna, name="Anna", zone="Europe/Berlin", language="de"))
        head = record(log, bad, good)
        run_through(Projector(views, PROJECTIONS))

    assert parked(views) == [("documents", head - 1, "documents")]
    with closing(Views(views, PROJECTIONS)) as asked:
        found = ReadyDocuments(asked).changes(anna, 0, 100)
        assert found.moment.through == head
        assert {row["id"] for row in found.rows if row["type"] == "part"} == {str(good.id)}
        rebuild(views, PROJECTIONS, ["documents"])
        assert parked(views) == []
        found = ReadyDocuments(asked).changes(anna, 0, 100)
        assert {row["id"] for row in found.rows if row["type"] == "part"} == {str(bad.id), str(good.id)}
    assert [each.name for each in verify(views, PROJECTIONS) if each.differences] == []


def test_an_event_that_the_stock_cannot_take_in_is_passed_by_the_documents(
    log: EventLog, views: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    fold, bad = Stock.folds["stock.moved"], bought(1)

    def stumble(projection: Any, event: Any, rows: Any) -> None:
        fold(projection, event, rows)
        if event.stream == bad.id:
            raise LookupError("some words of Frau Muster")

    with monkeypatch.context() as meanwhile:
        meanwhile.setitem(Stock.folds, "stock.moved", stumble)
        at = record(log, bad)
        head = record(log, part("P-3"))
        run_through(Projector(views, PROJECTIONS))

    assert parked(views) == [(view, at, "stock") for view in ("discrepancies", "documents", "stock")]
    assert views.pool.fetch_all("SELECT count(*) FROM views.stock") == [(0,)], "nothing of the failed fold is left"
    assert views.pool.fetch_all("SELECT count(*) FROM views.movements") == [(1,)]
    assert views.pool.fetch_all(f"SELECT max(position) FROM views.{DOCUMENTS.name}") == [(head,)]  # noqa: S608
    assert "Muster" not in str(views.pool.fetch_all("SELECT error FROM log.parked_events"))
    rebuild(views, PROJECTIONS, ["stock"])
    assert parked(views) == [], "what needs it was made anew as well"
    assert views.pool.fetch_all("SELECT count(*) FROM views.stock") == [(2,)]
    assert [each.name for each in verify(views, PROJECTIONS) if each.differences] == []


def test_an_event_that_fails_half_way_takes_no_document_away(
    log: EventLog, views: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 8, 2: the rows were as before the event, but the document was gone from the device."""
    anna, order = uuid4(), WorkOrder.open(id=uuid4(), number="W-1", customer=uuid4())
    order.assign(anna)
    record(log, Technician.register(id=anna, name="Anna", zone="Europe/Berlin", language="de"), order)
    run_through(Projector(views, PROJECTIONS))

    def stumble(*_: Any) -> None:
        raise LookupError

    with monkeypatch.context() as meanwhile:
        meanwhile.setitem(
            documents._REACTIONS, "work_order.assigned", [*documents._REACTIONS["work_order.assigned"], stumble]
        )
        order.assign(uuid4())
        head = record(log, order)
        run_through(Projector(views, PROJECTIONS))

    assert parked(views) == [("documents", head, "documents")]
    with closing(Views(views, PROJECTIONS)) as asked:
        found = ReadyDocuments(asked).changes(anna, 0, 100)
        [entry] = [row["entry"] for row in found.rows if row["type"] == "work_order"]
        assert "gone" not in orjson.loads(entry)
