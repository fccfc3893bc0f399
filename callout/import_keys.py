"""Idempotency keys of imported lines: derived from the name of the import and the line, not from the file."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID, uuid5

from callout.import_entry import BadLine, Entry
from store.operations import Operations

ATTEMPTS = 50


class LineState(NamedTuple):
    """The status of a line (`applied`, `rejected` or None), the problem document of a refusal, and the key."""

    status: str | None
    why: str | None
    key: str


class Keys:
    """The keys of the lines of one import, and their states.

    Earlier versions had the file's name in the keys: lines imported under these are found too.
    """

    def __init__(self, operations: Operations, user: UUID, name: str | None, file: str) -> None:
        self._operations, self._user = operations, user
        self._name, self._file = name or "", file

    def states(self, entries: Iterable[Entry]) -> list[LineState]:
        """The states of these lines, with one query, and one more for each refused line."""
        asked = list(entries)
        known = self._known(key for entry in asked for key in (self._key(entry, 0), self._old_key(entry, 0)))
        return [self._state_of(entry, known) for entry in asked]

    def next_try(self, entry: Entry) -> str:
        """An unused key for another attempt at a refused line; raises `BadLine` after `ATTEMPTS` attempts."""
        keys = [self._key(entry, attempt) for attempt in range(ATTEMPTS)]
        known = self._known(keys)
        free = next((key for key in keys if key not in known), None)
        if free is None:
            raise BadLine(f"line {entry.line} was refused {ATTEMPTS} times; change the line")
        return free

    def operation(self, key: str) -> UUID:
        """The id of the operation under a key."""
        return uuid5(self._user, key)

    def _state_of(self, entry: Entry, known: dict[str, tuple[str, str]]) -> LineState:
        first, old = self._key(entry, 0), self._old_key(entry, 0)
        found = known.get(first) or known.get(old)
        if found is None or found[0] == "applied":
            return LineState(found and found[0], None, first)
        more = self._known(
            key for attempt in range(1, ATTEMPTS) for key in (self._key(entry, attempt), self._old_key(entry, attempt))
        )
        if any(status == "applied" for status, _ in more.values()):
            return LineState("applied", None, first)
        return LineState("rejected", found[1], first)

    def _known(self, keys: Iterable[str]) -> dict[str, tuple[str, str]]:
        operations = {uuid5(self._user, key): key for key in keys}
        found = self._operations.answers(operations)
        return {operations[id]: (known.status, known.answer) for id, known in found.items()}

    def _key(self, entry: Entry, attempt: int) -> str:
        return _written(self._name, entry.content, attempt)

    def _old_key(self, entry: Entry, attempt: int) -> str:
        return _written(self._name or self._file, entry.before or entry.content, attempt)


def _written(name: str, content: str, attempt: int) -> str:
    digest = sha256((name + "\0" + content).encode()).hexdigest()
    return f"import {digest} {attempt}"
