"""Issue 8, 6: what an event costs the views does not depend on how much has happened to the same thing before.

Counted, not timed: rows read, bytes read and bytes written by all views for each event, with the documents rendered
behind every one. `CALLOUT_TEST_GROWTH` says how many events each thing gets; `./run bench growing` does it with
100,000.
"""

from __future__ import annotations

import os

import pytest

from tests.support.growing import Growing
from tests.support.growing_things import THINGS

EVENTS = int(os.environ.get("CALLOUT_TEST_GROWTH", "2000"))
WIDTH = 100
MOST = 1.2


@pytest.mark.parametrize("thing", THINGS)
def test_an_event_costs_what_it_did_when_there_had_been_far_fewer(thing: str) -> None:
    """Issue 8, 6: folds are bounded whatever came before."""
    growing = Growing()
    early, late = growing.measure(THINGS[thing](growing.views), EVENTS, (EVENTS * 2 // 5, EVENTS - WIDTH), WIDTH)
    found = {name: (before / WIDTH, now / WIDTH) for name, before, now in zip(early._fields, early, late, strict=True)}
    assert all(now <= MOST * before for before, now in found.values()), found
