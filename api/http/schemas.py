"""Base schemas of all nouns: commands, values, queries, and the JSON schemas of replies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from marshmallow import RAISE, Schema, ValidationError, fields, post_load

from api.http.fields import Flag, Id, Instant, One, Text, Whole, Zone
from domain.kernel.bounds import Kind
from domain.kernel.envelope import ExternalRef


class Strict(Schema):
    """Refuses unknown members."""

    class Meta:
        unknown = RAISE


class Body(dict[str, Any]):
    """The members of a command; those that every command may have are attributes."""

    id: UUID | None = None
    occurred_at: datetime | None = None
    zone: str | None = None
    seen: int | None = None
    external_ref: ExternalRef | None = None


class Command(Strict):
    """Members of every command: when and where it happened, and the position that its author had read."""

    occurred_at = Instant(Kind.HAPPENED, metadata={"description": "When it happened, if earlier than now."})
    zone = Zone(metadata={"description": "The IANA zone of the place."})
    seen = Whole(metadata={"description": "The position that the author had read through."})

    @post_load
    def body(self, data: dict[str, Any], **_: Any) -> Body:
        """The members of the command, those of every command moved to attributes."""
        made = Body(data)
        for name in ("id", "occurred_at", "zone", "seen", "external_ref"):
            if name in made:
                setattr(made, name, made.pop(name))
        return made


class Value(Strict):
    """An object that becomes a value of the domain: `MAKES` is called with the members."""

    MAKES: ClassVar[Callable[..., Any]]

    @post_load
    def value(self, data: dict[str, Any], **_: Any) -> Any:
        """The value."""
        return type(self).MAKES(**data)


class ExternalRefFields(Value):
    """The reference in another system: the name of that system, and the id or number there."""

    MAKES = ExternalRef
    system = Text(64, required=True)
    id = Text(200, required=True)


class Creation(Command):
    """A command that creates something; the client may choose its id."""

    id = Id(metadata={"description": "The new entity's id; generated when it is left out."})
    external_ref = One(ExternalRefFields, metadata={"description": "The id or number in another system."})


class Moment(fields.String):
    """A position, or an instant as RFC 3339 with an offset."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> int | datetime:  # type: ignore[override]
        if isinstance(value, str) and value[:1].isdecimal() and "-" not in value:
            return Whole(written=True).deserialize(value)
        moment = Instant().deserialize(value, *args, **kwargs)
        if not isinstance(moment, datetime):
            raise ValidationError("This is a position or an instant.")
        return moment


class Past(Strict):
    """Parameters of every reading route: wait for a position, ask for the past."""

    at_least = Whole(written=True, metadata={"description": "Wait until the view has reached this position."})
    as_of = Instant(metadata={"description": "Only what had happened by then."})
    known_at = Moment(metadata={"description": "Only what had been recorded by then: an instant or a position."})


class Page(Past):
    """One page of a list."""

    limit = Whole(1, 500, written=True, load_default=50, metadata={"description": "The largest number of items."})
    cursor = Text(1000, metadata={"description": "`next` of the page before."})
    names = Flag(metadata={"description": "Add the names of the things whose ids the items hold."})


DONE: dict[str, Any] = {
    "type": "object",
    "required": ["id", "position", "version"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "position": {
            "type": "integer",
            "description": "The position of the log after it: read with `at_least` this to see it.",
        },
        "version": {"type": "integer", "description": "The stream's version, also the ETag."},
    },
}


def page_of(item: dict[str, Any]) -> dict[str, Any]:
    """The JSON schema of a page of such items."""
    return {
        "type": "object",
        "required": ["items", "next", "position"],
        "properties": {
            "items": {"type": "array", "items": item},
            "next": {"type": ["string", "null"], "description": "Give it as `cursor`; null on the last page."},
            "position": {"type": "integer", "description": "The last position that this reply includes."},
            "moved": {
                "type": "boolean",
                "description": "True where a history is too long to show the snapshot of the first page.",
            },
            "names": {
                "type": "object",
                "description": "With `names=true`: the present names of the things in the items, by id.",
                "additionalProperties": {"type": "string"},
            },
        },
    }
