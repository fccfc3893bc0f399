"""What views can be told for a test: anything that the log accepts, a company at work, and what is seldom seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from domain.kernel.envelope import ExternalRef
from tests.support.detailed_story import details
from tests.support.extreme_events import Extremes
from tests.support.memory_events import ViewsInMemory
from tests.support.random_company import RandomCompany

Happening = Callable[[ViewsInMemory, int], None]
"""Tells some views something, the same for the same seed."""


class One(NamedTuple):
    """An event that nobody has decided, told like what an entity has."""

    event: Any

    def collect_events(self) -> list[Any]:
        return [self.event]


def extremes(news: ViewsInMemory, seed: int) -> None:
    """Events of every class six times over, of a device or of nobody."""
    dice = Extremes(seed)
    for _ in range(6):
        for event in dice.every():
            envelope = dice.envelope()
            told: Any = {name: getattr(envelope, name) for name in envelope.__struct_fields__}
            told["external_ref"] = ExternalRef("erp", "4711")
            news.record(One(event), at=told.pop("occurred_at"), **told)  # type: ignore[arg-type]  # it is asked for events only


def turmoil(news: ViewsInMemory, seed: int) -> None:
    """A company in which anything may happen next."""
    RandomCompany(news, seed).run_steps(400)


HAPPENINGS: Final[tuple[Happening, ...]] = (extremes, turmoil, details)
