"""A database that cannot store one thing, and operations about that thing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from eventsourcing.persistence import DataError

from store.recorder import Recorder
from tests.support.field_setup import Field, Phone

POISON = "Poison"


@contextmanager
def failing_recorder() -> Iterator[list[type[Exception]]]:
    """While this lasts, recording an event about a thing called Poison raises the first of these."""
    raised: list[type[Exception]] = [DataError]
    honest = Recorder.append

    def append(self: Recorder, events: Any, *more: Any, **rest: Any) -> Any:
        if any(POISON.encode() in stored.state for stored, _ in events):
            raise raised[0](POISON)
        return honest(self, events, *more, **rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Recorder, "append", append)
        yield raised


def poisoned(field: Field, phone: Phone, order: UUID, **more: Any) -> dict[str, Any]:
    """A part used that cannot be recorded."""
    return phone.operation("part_used", field.use(order) | {"lot": POISON}, **more)


def note(phone: Phone, order: UUID, **more: Any) -> dict[str, Any]:
    """A note that can be recorded."""
    return phone.operation("note_added", {"work_order": str(order), "text": "fine"}, **more)
