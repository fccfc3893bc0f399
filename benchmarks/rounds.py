"""Fair comparison: short slices of every variant, in random order, round after round, and their medians."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from statistics import median, quantiles
from time import perf_counter, process_time
from typing import NamedTuple


class Slice(NamedTuple):
    """The result of one slice: how many things, in how many seconds, with how many seconds of the client's CPU."""

    things: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        """Things a second."""
        return self.things / self.seconds


class Row(NamedTuple):
    """One variant of a scenario: medians over the rounds; `ratio` is its rate by the baseline's of the same round."""

    scenario: str
    variant: str
    unit: str
    rate: float
    lowest: float
    highest: float
    cpu_us: float
    ratio: float


class Goal(NamedTuple):
    """What a variant should reach: at least `factor` times the rate of another variant of its scenario."""

    variant: str
    versus: str
    factor: float
    words: str


class Checked(NamedTuple):
    """A goal and what was reached."""

    scenario: str
    words: str
    factor: float
    reached: float

    @property
    def met(self) -> bool:
        """Whether it was reached."""
        return self.reached >= self.factor


class Timing(NamedTuple):
    """How long something takes, in milliseconds; `ratio` is its median by the baseline's."""

    scenario: str
    variant: str
    median_ms: float
    p90_ms: float
    ratio: float


class Outcome(NamedTuple):
    """The result of a benchmark; `notes` are sentences that belong to its figures."""

    rows: list[Row]
    goals: list[Checked]
    timings: Sequence[Timing] = ()
    notes: Sequence[str] = ()


Variant = Callable[[], Slice]
Progress = Callable[[str, int, int], None]
"""Called with the scenario, the number of slices done, and the number of all slices."""


def compare(
    scenario: str,
    unit: str,
    variants: Mapping[str, Variant],
    *,
    rounds: int,
    progress: Progress,
    goals: tuple[Goal, ...] = (),
) -> Outcome:
    """Run every variant once a round, in random order; the first variant is the baseline. One round warms up."""
    dice = Random(scenario)
    names = list(variants)
    slices: dict[str, list[Slice]] = {name: [] for name in names}
    for number in range(rounds + 1):
        dice.shuffle(names)
        for place, name in enumerate(names):
            progress(scenario, number * len(names) + place, (rounds + 1) * len(names))
            found = variants[name]()
            if number:
                slices[name].append(found)
    baseline = next(iter(variants))
    rows = [_row(scenario, name, unit, slices[name], slices[baseline]) for name in variants]
    checked = [
        Checked(scenario, goal.words, goal.factor, _ratio(slices[goal.variant], slices[goal.versus])) for goal in goals
    ]
    return Outcome(rows, checked)


def time_each(
    scenario: str, trials: Mapping[str, Callable[[], float]], *, many: int, progress: Progress
) -> list[Timing]:
    """Run the trials in turns, in random order; each returns its seconds. The first one is the baseline."""
    dice = Random(scenario)
    names = list(trials)
    took: dict[str, list[float]] = {name: [] for name in names}
    for number in range(many + 1):
        dice.shuffle(names)
        for place, name in enumerate(names):
            progress(scenario, number * len(names) + place, (many + 1) * len(names))
            seconds = trials[name]()
            if number:
                took[name].append(seconds)
    baseline = median(took[next(iter(trials))])
    return [
        Timing(
            scenario,
            name,
            median(took[name]) * 1e3,
            quantiles(took[name], n=10)[-1] * 1e3,
            median(took[name]) / baseline,
        )
        for name in trials
    ]


def _row(scenario: str, variant: str, unit: str, slices: list[Slice], baseline: list[Slice]) -> Row:
    rates = [each.rate for each in slices]
    cpu = median(each.cpu / each.things for each in slices)
    return Row(scenario, variant, unit, median(rates), min(rates), max(rates), cpu * 1e6, _ratio(slices, baseline))


def _ratio(slices: list[Slice], others: list[Slice]) -> float:
    return median(mine.rate / other.rate for mine, other in zip(slices, others, strict=True))


def timed(work: Callable[[], int]) -> Slice:
    """One slice of `work`, which returns how many things it did."""
    cpu, begun = process_time(), perf_counter()
    things = work()
    return Slice(things, perf_counter() - begun, process_time() - cpu)


def for_seconds(seconds: float, work: Callable[[], int]) -> Slice:
    """A slice that repeats `work` for so many seconds."""

    def repeated() -> int:
        things, end = 0, perf_counter() + seconds
        while perf_counter() < end:
            things += work()
        return things

    return timed(repeated)
