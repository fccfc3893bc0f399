"""Neighbours in a push that have one group: they are one commit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import TypeVar

T = TypeVar("T")


def neighbours(things: Sequence[T], group_of: Callable[[T], str | None]) -> list[list[T]]:
    """Neighbours of one group together, everything else alone; all in their order."""
    runs = groupby(enumerate(things), key=lambda one: group_of(one[1]) or one[0])
    return [[each for _, each in run] for _, run in runs]
