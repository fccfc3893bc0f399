"""Ids in other systems: the columns in which views show them and find things by them."""

from __future__ import annotations

from typing import Any, Final, TypedDict

import msgspec

from domain.recording.recorded import Recorded
from projections.engine.table import Row

EXTERNAL_REF: Final = ("external_ref", "external_id")
"""`external_ref` is an `ExternalRefValue` or null; `external_id` is its id, for lookups."""
BY_EXTERNAL_ID: Final = (("external_id",),)


class ExternalRefValue(TypedDict):
    """What another system calls a thing: that system's name, and the id or number there."""

    system: str
    id: str


def external_ref_of(event: Recorded) -> dict[str, Any]:
    """The columns, from the event that begins a thing."""
    found = event.envelope.external_ref
    return none() if found is None else {"external_ref": msgspec.to_builtins(found), "external_id": found.id}


def none() -> Row:
    """The columns of a thing without an external reference."""
    return {"external_ref": None, "external_id": None}
