"""Bodies of the commands that plan and reschedule a visit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, validates_schema

from api.http.fields import Id, Instant, Local, Zone
from api.http.schemas import Command, Creation
from domain.kernel.bounds import Kind


class Window(Command):
    """The window of a visit: instants, or local times in the zone of the place."""

    window_start = Instant(Kind.PLANNED)
    window_end = Instant(Kind.PLANNED)
    local_start = Local(metadata={"description": "Instead of `window_start`, in local time at the place."})
    local_end = Local(metadata={"description": "Instead of `window_end`, in local time at the place."})
    zone = Zone(metadata={"description": "The IANA zone of the place."})

    @validates_schema(skip_on_field_errors=False, pass_original=True)
    def has_both_ends(self, _: dict[str, Any], sent: Mapping[str, Any], **__: Any) -> None:
        """Raise `ValidationError` for missing ends of the window, also when other members are wrong."""
        edges = [edge for edge in ("start", "end") if not sent.keys() & {f"window_{edge}", f"local_{edge}"}]
        if edges:
            raise ValidationError({f"window_{edge}": ["Missing data for required field."] for edge in edges})


class NewVisit(Creation, Window):
    """A visit for a work order."""

    work_order = Id(required=True)
    zone = Zone(metadata={"description": "The IANA zone of the place; that of the order's site unless given."})
    technician = Id()
