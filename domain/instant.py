"""Instants: aware, in UTC, at microsecond resolution."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from domain.problem import BadInput


def now() -> datetime:
    """This moment, aware and in UTC."""
    return datetime.now(UTC)


def parse_instant(text: str, *, pointer: str = "/at") -> datetime:
    """The instant that an RFC 3339 text with an offset names, in UTC; raises `BadInput` for anything else."""
    try:
        value = datetime.fromisoformat(text)
        if value.tzinfo is None or "T" not in text.upper():
            raise ValueError(text)
        return value.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, AttributeError):
        detail = "An instant is written as RFC 3339 with an offset, like 2026-11-21T15:40:02+01:00."
        raise BadInput(detail, errors=[{"pointer": pointer, "detail": detail}]) from None


def format_instant(value: datetime) -> str:
    """RFC 3339 in UTC with six fixed digits of a second: `2026-11-21T14:40:02.100000Z`."""
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def parse_zone(name: str, *, pointer: str = "/zone") -> str:
    """The IANA zone's name, if there is such a zone; raises `BadInput` otherwise."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError, TypeError):
        detail = "A zone is an IANA name, like Europe/Berlin."
        raise BadInput(detail, errors=[{"pointer": pointer, "detail": detail}]) from None
    return name
