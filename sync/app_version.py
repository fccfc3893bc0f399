"""Versions of the app: dotted numbers, and the oldest one that may pull."""

from __future__ import annotations

import re
from typing import Final

from domain.kernel.problem import Kind, Problem

_NUMBERS: Final = re.compile(r"\s*v?([0-9]{1,9}(?:\.[0-9]{1,9}){0,7})", re.ASCII)


class UpgradeRequired(Problem):
    """This version of the app is too old to receive anything; what it sends is still recorded."""

    kind = Kind.UPGRADE


class OldestApp:
    """The oldest app that may pull; an empty text allows all of them."""

    def __init__(self, version: str) -> None:
        """Raises `ValueError` unless it is empty or made of dotted numbers."""
        self.version = version.strip()
        self._oldest = parts_of(self.version)
        if self.version and (self._oldest is None or _NUMBERS.fullmatch(self.version) is None):
            raise ValueError("a version is made of numbers with dots between them")

    def serves(self, version: str) -> bool:
        """Whether an app of this version may pull; one without a number may."""
        numbers = parts_of(version)
        return self._oldest is None or numbers is None or numbers >= self._oldest

    def must_serve(self, version: str) -> None:
        """Raises `UpgradeRequired` for an app that may not pull."""
        if not self.serves(version):
            raise UpgradeRequired(oldest=self.version)


def parts_of(version: str) -> tuple[int, ...] | None:
    """The numbers that a version begins with, without zeros at its end: 1.4 is 1.4.0, and 1.4-beta is 1.4."""
    found = _NUMBERS.match(version)
    if found is None:
        return None
    numbers = [int(number) for number in found[1].split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


ANY_APP: Final = OldestApp("")
