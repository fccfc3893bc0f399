"""Marshmallow fields for requests: strict about types, lengths and ranges, with messages about what to send."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from marshmallow import ValidationError, fields, validate

from domain.kernel.bounds import Kind, must_be
from domain.kernel.characters import UNFIT
from domain.kernel.digits import whole_number
from domain.kernel.instant import now, parse_day, parse_instant, parse_zone
from domain.kernel.local_time import LOCAL_PATTERN, parse_local
from domain.kernel.problem import BadInput
from domain.kernel.quantity import PATTERN, parse_quantity

CANONICAL_ID = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
LARGEST_INTEGER = 2**53 - 1
"""The largest integer that every JSON reader keeps exactly."""


class Text(fields.String):
    """Text of `least` to `most` characters, not all blank, without control characters apart from line ends."""

    def __init__(self, most: int, least: int = 1, **kwargs: Any) -> None:
        length = validate.Length(least, most, error=f"This text has {least} to {most} characters.")
        super().__init__(validate=length, **kwargs)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        if not isinstance(value, str) or UNFIT.search(value) or (value and not value.strip()):
            raise ValidationError("This is a text, not blank and without control characters.")
        return value


class Choice(fields.String):
    """One of the given choices."""

    def __init__(self, choices: Collection[str], **kwargs: Any) -> None:
        one_of = validate.OneOf(list(choices), error=f"This is one of: {', '.join(choices)}.")
        super().__init__(validate=one_of, **kwargs)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError("This is a word in a string.")
        return value


class Id(fields.UUID):
    """A UUID in its 36 characters."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> UUID:
        if not isinstance(value, str) or not CANONICAL_ID.fullmatch(value):
            raise ValidationError("An id is a UUID in a string, like 0191cb40-11d2-7000-8f00-9d0f6b7c0001.")
        return UUID(value)


class Whole(fields.Integer):
    """A whole number within limits, written as a JSON number; in a query (`written=True`) as digits."""

    def __init__(self, least: int = 0, most: int = LARGEST_INTEGER, *, written: bool = False, **kwargs: Any) -> None:
        self._written = written
        error = f"This is a whole number from {least} to {most}."
        super().__init__(validate=validate.Range(least, most, error=error), **kwargs)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        if self._written and isinstance(value, str) and (number := whole_number(value)) is not None:
            return number
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValidationError("This is a whole number.")
        return value


class Flag(fields.Boolean):
    """True or false, as JSON or, in a query, as text."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> bool:
        known = {"true": True, "false": False, True: True, False: False}
        if not isinstance(value, bool | str) or value not in known:
            raise ValidationError("This is true or false.")
        return known[value]


class Quantity(fields.String):
    """A quantity of a part: a plain decimal in a string."""

    def __init__(self, *, positive: bool = True, **kwargs: Any) -> None:
        self._positive = positive
        kwargs.setdefault("metadata", {"pattern": f"^{PATTERN}$"})
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return _parse(lambda: parse_quantity(value, positive=self._positive))


class Instant(fields.AwareDateTime):
    """RFC 3339 with an offset; loads as UTC, within the bounds of its `kind`."""

    def __init__(self, kind: Kind | None = None, **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> datetime:
        at = cast("datetime", _parse(lambda: parse_instant(value)))
        _must_be(self.kind, at)
        return at


class Zone(fields.String):
    """The IANA name of a time zone."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        return cast("str", _parse(lambda: parse_zone(value)))


class Day(fields.Date):
    """A date, as YYYY-MM-DD, within the bounds of its `kind`."""

    def __init__(self, kind: Kind | None = None, **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> date:
        day = cast("date", _parse(lambda: parse_day(value)))
        _must_be(self.kind, day)
        return day


class Local(fields.String):
    """A date and clock time without an offset, as YYYY-MM-DDTHH:MM, in the zone of the place."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["metadata"] = {"pattern": f"^{LOCAL_PATTERN}$"} | kwargs.get("metadata", {})
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        _parse(lambda: parse_local(value).date())
        return str(value)


class Many(fields.List[Any]):
    """A list of `least` to `most` values; loads as a tuple."""

    def __init__(self, inner: Any, most: int = 100, least: int = 0, **kwargs: Any) -> None:
        length = validate.Length(least, most, error=f"This list has {least} to {most} entries.")
        super().__init__(inner, validate=length, **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(value, list):
            raise ValidationError("This is a list.")
        return tuple(super()._deserialize(value, *args, **kwargs))


class One(fields.Nested):
    """An object of its own schema."""


def _must_be(kind: Kind | None, at: date) -> None:
    """Raise `ValidationError` for a time outside the bounds of its kind."""
    if kind is not None:
        try:
            must_be(kind, at, moment=now())
        except BadInput as problem:
            raise ValidationError(problem.detail) from None


def _parse(parse: Any) -> Decimal | date | str:
    """The value that `parse` returns; raises `ValidationError` where it raises `BadInput`."""
    try:
        return cast("Decimal | date | str", parse())
    except BadInput as problem:
        raise ValidationError(problem.detail) from None
