"""Issue 9: fields that every event of a stream repeats from its first; views rely on that."""

from __future__ import annotations

from uuid import uuid4

import pytest

from domain.topics import events_of
from domain.work.visit import Visit
from tests.support.extreme_events import LASTING
from tests.support.given_when_then import fields, then
from tests.support.visits import (
    ANNA,
    BEN,
    ORDER,
    Act,
    accepted,
    cancelled,
    dispatched,
    done,
    moved,
    not_done,
    on_site,
    paused,
    planned,
    travelling,
)


def declined(it: Visit) -> None:
    it.dispatch(ANNA)
    it.decline(technician=ANNA)


def resumed(it: Visit) -> None:
    it.record_resumed(ANNA)


def signed(it: Visit) -> None:
    it.record_signed(sha256="0" * 64, size=1, media_type="image/png", technician=BEN)


def corrected(it: Visit) -> None:
    it.record_correction(operation=uuid4(), technician=BEN)


ACTS: tuple[Act, ...] = (
    *(dispatched, accepted, declined, moved, cancelled),
    *(travelling, on_site, paused, resumed, done, not_done, signed, corrected),
)


@pytest.mark.parametrize("act", ACTS)
def test_every_event_of_a_visit_names_the_work_order_that_it_was_planned_for(act: Act) -> None:
    it = planned()
    act(it)

    assert {fields(each)["work_order"] for each in it.pending_events} == {ORDER}
    assert LASTING[Visit] == ("work_order",)


def test_these_are_all_events_of_a_visit() -> None:
    recorded = set()
    for act in ACTS:
        it = planned()
        act(it)
        recorded |= {topic for topic, _ in then(it)}

    assert recorded == set(events_of(Visit))
