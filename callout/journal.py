"""Logging: one JSON object a line, errors by type and place, never with their messages."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from traceback import walk_tb
from typing import Any, TextIO

import orjson
import structlog
from structlog.typing import EventDict


def write_journal(level: str = "info", to: TextIO | None = None) -> None:
    """Configure logging as JSON lines, to stderr by default."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            _without_message,
            structlog.processors.JSONRenderer(lambda line, **_: orjson.dumps(line, default=str).decode()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(to or sys.stderr),
        cache_logger_on_first_use=False,
    )


def _without_message(_: Any, __: str, line: EventDict) -> EventDict:
    """Add an exception's types and places to the line; not its message, which may hold personal text."""
    given = line.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        line["fault"] = list(_faults(error))
    return line


def _faults(error: BaseException) -> Iterator[dict[str, Any]]:
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        places = [
            f"{'/'.join(Path(frame.f_code.co_filename).parts[-3:])}:{line} {frame.f_code.co_name}"
            for frame, line in walk_tb(following.__traceback__)
        ]
        yield {"type": f"{type(following).__module__}.{type(following).__qualname__}", "at": places}
        following = following.__cause__ or following.__context__
