"""What a check found: a kind, how many, and a few examples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

LOST, DOUBLED, DIFFERING = "lost operations", "doubled effects", "differing replies"
_EXAMPLES = 3


class Finding(NamedTuple):
    """A violation of one kind."""

    kind: str
    many: int
    examples: list[str]


def finding(kind: str, found: Iterable[object]) -> Iterator[Finding]:
    """A finding with a few examples, none if there is nothing."""
    everything = list(found)
    if everything:
        yield Finding(kind, len(everything), [str(one) for one in islice(everything, _EXAMPLES)])


def together(findings: Iterable[Finding]) -> list[Finding]:
    """The findings, merged by kind."""
    kinds: dict[str, Finding] = {}
    for one in findings:
        before = kinds.get(one.kind, Finding(one.kind, 0, []))
        kinds[one.kind] = Finding(one.kind, before.many + one.many, [*before.examples, *one.examples][:_EXAMPLES])
    return list(kinds.values())
