"""What a type of document is: how one is rendered, and which events concern which ones."""

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

    `body` renders the one with this id from the rows behind a batch, `None` when there is nothing to say; what it
    renders has this `shape`, as devices are promised. `heeds` says
    by topic what an event does to documents; it must mark each whose body the event may change, or a rebuild would
    not end like the live view. `touches` names the rows that the heeding reads.
    """

    name: str
    shape: Shape
    body: Callable[[Rows, str], Body | None]
    heeds: Mapping[str, Reaction]
    touches: Touching = _nothing
