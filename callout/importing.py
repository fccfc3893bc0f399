"""Import: commands from a file, each through the office's API, each once however often the file is imported."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from http import HTTPStatus
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from callout.assembly import House
from callout.import_lines import Lines
from domain.problem import Kind, Problem

AT_ONCE = 500
_ATTEMPTS = 50
_PATIENCE = 20
_PAUSE_SECONDS = 0.5


class BadLine(Problem):
    """A line of the file cannot be imported."""

    kind = Kind.UNPROCESSABLE


class Entry(NamedTuple):
    """One command of a file: `do` is the path behind `/api/v1/`, `content` tells it from all others of the file."""

    line: int
    content: str
    do: str
    body: Mapping[str, Any]


class Imported(NamedTuple):
    """What came of an import: commands done now, done by an earlier one, and refused as (line, why)."""

    done: int
    already: int
    refused: list[tuple[int, str]]


class Importer:
    """Sends the commands of a file as one user. `file` is what the file is called in the books.

    How far an import has come is in the log itself: a command's operation id follows from the file's name and the
    line, so what has been done is known and passed over. A line that was refused is tried again by the next import.
    """

    def __init__(self, house: House, user: UUID, file: str) -> None:
        self._house = house
        self._user = user
        self._file = file
        self._lines = Lines()
        self._client = house.app().test_client()
        self._headers = {"Authorization": f"Bearer {house.services.access.let_in(user)}"}

    def run(
        self, entries: Iterator[Entry], *, keep_going: bool = False, tell: Callable[[int], None] = lambda _: None
    ) -> Imported:
        """Import in order up to the first refusal, or to the end with `keep_going`; `tell` is told the line reached."""
        done = already = 0
        refused: list[tuple[int, str]] = []
        while batch := list(islice(entries, AT_ONCE)):
            known = self._known([self._key(entry, 0) for entry in batch])
            for entry in batch:
                status = known.get(self._key(entry, 0))
                if status == "applied":
                    already += 1
                    continue
                key = self._free_key(entry) if status else self._key(entry, 0)
                if key is None:
                    already += 1
                    continue
                why = self._send(entry, key)
                if why is None:
                    done += 1
                else:
                    refused.append((entry.line, why))
                    if not keep_going:
                        return Imported(done, already, refused)
                tell(entry.line)
            tell(batch[-1].line)
        return Imported(done, already, refused)

    def _free_key(self, entry: Entry) -> str | None:
        """The key for another attempt at what was refused, as a refusal stands for ever; None if one was applied."""
        keys = [self._key(entry, attempt) for attempt in range(_ATTEMPTS)]
        known = self._known(keys)
        if "applied" in known.values():
            return None
        free = next((key for key in keys if key not in known), None)
        if free is None:
            raise BadLine(f"line {entry.line} was refused {_ATTEMPTS} times; write it in another way")
        return free

    def _send(self, entry: Entry, key: str) -> str | None:
        """Why it was refused, or None."""
        for _ in range(_PATIENCE):
            with self._client.post(
                f"/api/v1/{entry.do}", json=entry.body, headers=self._headers | {"Idempotency-Key": key}
            ) as answer:
                said = answer.get_json(silent=True) or {}
                if answer.status_code < HTTPStatus.BAD_REQUEST:
                    self._lines.brought(entry.line, said)
                    return None
                if answer.status_code != HTTPStatus.SERVICE_UNAVAILABLE:
                    return _reason(said, answer.status_code) + self._lines.clash(said)
            time.sleep(_PAUSE_SECONDS)
        raise BadLine(f"line {entry.line}: the database is away; the same import goes on from here later")

    def _known(self, keys: list[str]) -> dict[str, str]:
        """What has become of these keys, as far as they were used."""
        operations = {uuid5(self._user, key): key for key in keys}
        found = self._house.services.log.operations.answers(operations)
        return {operations[id]: known.status for id, known in found.items()}

    def _key(self, entry: Entry, attempt: int) -> str:
        content = sha256(f"{self._file}\0{entry.content}".encode()).hexdigest()
        return f"import {content} {attempt}"


def _reason(problem: Mapping[str, Any], status: int) -> str:
    """A problem document as one sentence."""
    errors = "; ".join(f"{each['pointer']}: {each['detail']}" for each in problem.get("errors", ()))
    return errors or str(problem.get("detail") or f"answered with {status}")
