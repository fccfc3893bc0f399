"""Facts kept in a row: in the order of occurrence, whatever the order of arrival."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, TypedDict
from uuid import UUID

from domain.kernel.instant import format_instant
from domain.kernel.quantity import format_quantity
from domain.recording.recorded import Recorded
from projections.engine.shapes import Id, Instant
from projections.engine.table import Row

WORDS = ("text", "note", "why", "signer")
"""Members of facts that hold personal text."""


class Late(TypedDict):
    """Said of a fact that came when later ones were known: whether it changed where its subject stands."""

    changed: bool


class Fact(TypedDict):
    """What every fact in a row says of itself: when it happened, by which operation and device, at which position."""

    at: Instant
    device: Id | None
    operation: Id | None
    position: int


def as_fact(event: Recorded, **fields: Any) -> Row:
    """A fact as JSON values: these fields, the time it occurred, and its operation, device and position."""
    envelope = event.envelope
    return {
        "at": format_instant(envelope.occurred_at),
        "device": plain(envelope.device),
        "operation": plain(envelope.operation_id),
        "position": event.position,
        **{name: plain(value) for name, value in fields.items()},
    }


def plain(value: Any) -> Any:
    """A value as JSON has it: ids and quantities as strings, tuples as lists."""
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Decimal):
        return format_quantity(value)
    return [plain(each) for each in value] if isinstance(value, tuple) else value


def occurrence_key(fact: Row) -> tuple[str, str]:
    """The sort key of facts. Those of the office at one instant stay in the order of the log."""
    return fact["at"], fact["operation"] or "" if fact["device"] else ""


def without_texts(facts: Iterable[Row]) -> list[Row]:
    """The facts without personal text."""
    return [{name: None if name in WORDS else value for name, value in fact.items()} for fact in facts]
