"""The lines of an import in batches, each with its state, and refusals as sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

import orjson

from callout.import_entry import Entry
from callout.import_keys import Keys, LineState

AT_ONCE: Final = 500
"""The number of lines in one transaction."""

Lines = list[tuple[Entry, LineState]]


def in_batches(entries: Iterable[Entry], keys: Keys) -> Iterator[Lines]:
    """The lines of a file in batches, each with its state."""
    read = iter(entries)
    while batch := list(islice(read, AT_ONCE)):
        yield list(zip(batch, keys.states(batch), strict=True))


def reason(problem: Mapping[str, Any]) -> str:
    """A problem document as one sentence."""
    errors = "; ".join(f"{each['pointer']}: {each['detail']}" for each in problem.get("errors", ()))
    return errors or str(problem.get("detail") or problem.get("title") or "refused")


def refused_before(entry: Entry, state: LineState, *, retry: bool) -> str | None:
    """The reason why a line is not imported: it is no command, or an earlier import was refused; else None."""
    if entry.unread is not None:
        return entry.unread
    if state.status != "rejected" or retry:
        return None
    why = reason(orjson.loads(state.why or "{}"))
    return f"{why} (refused by an earlier import; --retry-refused tries it again)"
