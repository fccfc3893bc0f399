"""Every planted bug is caught, and shown by few steps."""

from __future__ import annotations

import pytest

from tests.simulation.bug_trials import BUG_MODULES
from tests.simulation.planted import BUGS, planted
from tests.simulation.runs import run, schedule_of, seeds_to_catch, shortened

MOST = 100


class TestEveryMistakeIsSeen:
    @pytest.mark.parametrize("name", sorted(BUGS))
    def test_it_is_caught_within_some_seeds(self, name: str) -> None:
        caught = seeds_to_catch(name, start=1000, most=MOST)

        assert caught is not None, f"{name}: {BUGS[name].breaks}"
        assert not caught.seen.startswith("TypeError"), f"{name} no longer fits the code that it was made for"


class TestWhatIsSeenIsShown:
    def test_a_handful_of_steps_is_enough(self) -> None:
        name, start = "a repetition is answered otherwise", 1000
        caught = seeds_to_catch(name, start=start, most=MOST)
        assert caught is not None
        schedule = schedule_of(start + caught.seeds - 1)
        with planted(name):
            promise = run(schedule).promise
            assert promise is not None
            few = shortened(schedule, promise)
            assert run(schedule, few).promise == promise

        assert len(few) < 20
        assert run(schedule, few).promise is None

    def test_there_are_enough_of_them(self) -> None:
        assert len(BUGS) >= 20 > len(BUG_MODULES)
        assert all(bug.breaks for bug in BUGS.values())
