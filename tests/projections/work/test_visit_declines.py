"""The reason of a declined visit is erased with its technician."""

from __future__ import annotations

from typing import Any

from domain.work.technician import Technician
from domain.work.visit import Visit
from projections.work.visit_row import VISITS
from projections.work.visits import Visits
from tests.support.memory_events import ViewsInMemory, later
from tests.support.visits import ANNA, BEN, planned


def act_and_record(views: ViewsInMemory, it: Visit, after: float, act: str, *args: Any, **more: Any) -> None:
    getattr(it, act)(*args, **more)
    views.record(it, at=later(after))


def test_the_words_with_which_an_erased_technician_declined_are_gone() -> None:
    """Issue 8, 24: they are sealed under the technician, whoever the visit went to afterwards."""
    views, it = ViewsInMemory(Visits()), planned()
    views.record(it)
    act_and_record(views, it, 1, "dispatch", ANNA)
    who = Technician.register(id=ANNA, name="Anna", zone="Europe/Berlin", language="de")
    act_and_record(views, it, 6, "decline", technician=ANNA, reason="My van broke down.")
    act_and_record(views, it, 7, "dispatch", BEN)
    act_and_record(views, it, 8, "decline", technician=BEN, reason="Mine as well.")
    who.erase()

    views.record(who)

    assert "My van" not in str(views.all(VISITS))
    assert "Mine as well." in str(views.all(VISITS))
