"""A later version of the operation `note_added`, which the server supports from a step on and old apps never do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from domain.work.work_order import WorkOrder
from sync.device import fetching, identity, sending
from sync.operations.catalogue import OPERATIONS
from sync.operations.handler import fact
from sync.operations.shapes import OfOrder, Words
from sync.operations.work import work_orders
from sync.outcome import Context, Outcome
from tests.simulation.profile import Profile


class NoteAdded(OfOrder, kw_only=True):
    """The data of version 2, whose text is named `words`."""

    words: Words


def renamed(data: dict[str, Any]) -> dict[str, Any]:
    """The data of version 1 in the form of version 2."""
    rest = {name: value for name, value in data.items() if name != "text"}
    return rest | ({"words": data["text"]} if "text" in data else {})


@fact("note_added", NoteAdded, renamed)
def note_added(context: Context, data: NoteAdded) -> Outcome:
    """Record a note."""
    order: WorkOrder = context.require(WorkOrder, data.work_order)
    order.record_note(data.words)
    return work_orders._about(context, order)


def upgrade_notes() -> None:
    """Support both versions from now on."""
    OPERATIONS.update({(handler.name, handler.v): handler for handler in note_added.versions()})


@contextmanager
def as_at_first(profile: Profile) -> Iterator[None]:
    """Only today's operations are supported; devices sign or not, and request pages of a size, by the profile."""
    with ExitStack() as stack:
        stack.enter_context(patch.dict(OPERATIONS))
        for asks in (sending, fetching):
            stack.enter_context(patch.object(asks, "PAGE", profile.page))
        if not profile.signs:
            stack.enter_context(patch.object(identity, "signer", lambda _: None))
        yield
