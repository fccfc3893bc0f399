"""Many runs, each its own mixture of faults, and no promise is broken in any; `./run check` makes a thousand."""

from __future__ import annotations

import pytest

from tests.simulation.runs import run, schedule_of

CLASSES, TESTS, SEEDS = 8, 4, 4
"""So many classes, which run beside each other, of so many tests of so many seeds."""


class Seeds:
    """The seeds of one class."""

    number: int

    @pytest.mark.parametrize("part", range(TESTS))
    def test_no_promise_is_broken(self, part: int) -> None:
        first = 1 + (self.number * TESTS + part) * SEEDS
        outcomes = [run(schedule_of(seed)) for seed in range(first, first + SEEDS)]

        broken = [f"./run simulate --seeds 1 --from {one.seed}: {one.seen}" for one in outcomes if one.promise]
        assert not broken
        assert all(one.operations for one in outcomes)


globals().update({f"TestSeeds{n:02}": type(f"TestSeeds{n:02}", (Seeds,), {"number": n}) for n in range(CLASSES)})
