"""Neighbouring operations of a push that have the same group: they are one commit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import TypeVar

T = TypeVar("T")


def neighbours(items: Sequence[T], group_of: Callable[[T], str | None]) -> list[list[T]]:
    """Lists of neighbouring items of the same group, everything else alone; all in their order."""
    runs = groupby(enumerate(items), key=lambda one: group_of(one[1]) or one[0])
    return [[each for _, each in run] for _, run in runs]
