"""Why a technician would not go is theirs to be forgotten."""

from __future__ import annotations

from typing import Any

from domain.work.technician import Technician
from domain.work.visit import Visit
from projections.work.visit_row import VISITS
from projections.work.visits import Visits
from tests.support.memory_events import News, later
from tests.support.visits import ANNA, BEN, planned


def tell(news: News, it: Visit, after: float, act: str, *said: Any, **more: Any) -> None:
    getattr(it, act)(*said, **more)
    news.tell(it, at=later(after))


def test_the_words_with_which_an_erased_technician_declined_are_gone() -> None:
    """Issue 8, 24: they are sealed under the technician, whoever the visit went to afterwards."""
    news, it = News(Visits()), planned()
    news.tell(it)
    tell(news, it, 1, "dispatch", ANNA)
    who = Technician.register(id=ANNA, name="Anna", zone="Europe/Berlin", language="de")
    tell(news, it, 6, "decline", technician=ANNA, reason="My van broke down.")
    tell(news, it, 7, "dispatch", BEN)
    tell(news, it, 8, "decline", technician=BEN, reason="Mine as well.")
    who.erase()

    news.tell(who)

    assert "My van" not in str(news.all(VISITS))
    assert "Mine as well." in str(news.all(VISITS))
