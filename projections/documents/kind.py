"""The definition of a type of document: its rendering, and which events concern which documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from domain.recording.recorded import Recorded
from projections.documents.due import Due
from projections.documents.entry import Body
from projections.engine.projection import Rows
from projections.engine.shapes import Shape
from projections.engine.table import Key, Table

Reaction = Callable[[Due, Recorded, Rows], None]
Touching = Callable[[Recorded], Iterable[tuple[Table, Key]]]


def _nothing(_: Recorded) -> Iterable[tuple[Table, Key]]:
    return ()


class Kind(NamedTuple):
    """One type of document.

    `body` renders the one with this id from the rows after a batch, `None` for none; the `shape` is the promised one.
    `handlers` maps topics to functions that mark documents; they must mark each document whose body the event may
    change, or a rebuild would end in another state than the live view. `touches` names the rows that these functions
    read.
    """

    name: str
    shape: Shape
    body: Callable[[Rows, str], Body | None]
    handlers: Mapping[str, Reaction]
    touches: Touching = _nothing
