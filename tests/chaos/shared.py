"""What all devices of a run share: the bad line that they talk over, the book and the pace."""

from __future__ import annotations

from typing import NamedTuple

from tests.chaos.book import Book
from tests.chaos.pace import Pace


class Shared(NamedTuple):
    """`url` leads over the bad line."""

    url: str
    book: Book
    pace: Pace
