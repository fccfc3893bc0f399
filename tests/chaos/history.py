"""The history checker: compares the replies to devices with the log, operation by operation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson

from tests.chaos.book import Book, Json
from tests.chaos.findings import DIFFERING, DOUBLED, LOST, Finding, finding

Row = tuple[Any, ...]
_STATUS = 4
Ask = Callable[[str], list[Row]]
Journals = Mapping[UUID, Sequence[str]]

_OPERATIONS = """
SELECT id::text, original, device, seq, status, first_position, event_count, answer
FROM log.operations
WHERE device IS NOT NULL AND incarnation > 0  -- decisions about quarantined and held operations are no operations
ORDER BY device, incarnation, seq
"""
_EVENTS = """
SELECT operation_id::text, array_agg(position ORDER BY position)
FROM log.events
WHERE operation_id IS NOT NULL AND device IS NOT NULL
GROUP BY operation_id
"""
_DECIDED = """
SELECT h.operation_id::text, (
    SELECT count(*) FROM log.events e
    WHERE e.operation_id = h.operation_id
        AND e.topic IN ('device.hold_ended', 'device.operation_rejected', 'device.operation_quarantined')
)
FROM log.events h
WHERE h.topic = 'device.operation_held'
"""
_EFFECTS = """
SELECT id::text, count(*) FROM log.operations
WHERE device IS NOT NULL AND incarnation = 0 AND status NOT IN ('quarantined', 'rejected', 'discarded')
GROUP BY id
"""
_POSITIONS = "SELECT count(*), coalesce(max(position), 0), (SELECT position FROM log.head) FROM log.events"
_TURNS = "SELECT device, incarnation, last_seq FROM log.device_sequences"


def check_history(ask: Ask, book: Book, journals: Journals) -> Iterator[Finding]:
    """Everything that is wrong with the log, given the devices' operations in the order of their sequence numbers."""
    rows = ask(_OPERATIONS)
    events: dict[str, list[int]] = {id: positions for id, positions in ask(_EVENTS)}  # noqa: C416 - it narrows types
    originals: dict[str, list[Row]] = {}
    for row in rows:
        if row[1]:
            originals.setdefault(row[0], []).append(row)
    first: dict[str, Json] = {id: orjson.loads(words) for id, words in book.first.items()}
    decided: dict[str, int] = {id: times for id, times in ask(_DECIDED)}  # noqa: C416 - it narrows types
    yield from _existence(book, first, originals, events)
    yield from finding("held operations not decided", (id for id, times in decided.items() if times == 0))
    yield from finding(
        DOUBLED, (f"{id} was held and decided {times} times" for id, times in decided.items() if times > 1)
    )
    effects = (f"{id} was put aside and recorded {times} times" for id, times in ask(_EFFECTS) if times > 1)
    yield from finding(DOUBLED, effects)
    yield from finding(DIFFERING, (f"{before!r} then {after!r}" for before, after in book.differing))
    differing = (
        f"told {result} and the log has {kept}"
        for id, result in first.items()
        for kept in map(_reply, originals.get(id, []))
        if result != kept
    )
    yield from finding(DIFFERING, differing)
    made = {id for journal in journals.values() for id in journal}
    yield from finding("unanswered operations", sorted(made - first.keys()))
    yield from finding("operations that nobody made", sorted({row[0] for row in rows} - made))
    yield from _order(ask, rows, journals)


def _existence(
    book: Book, first: Mapping[str, Json], originals: Mapping[str, list[Row]], events: Mapping[str, list[int]]
) -> Iterator[Finding]:
    """Each acknowledged operation is in the log once, with exactly the events that its answer names."""
    lost, doubled = dict(book.lost), {}
    for id in first:
        rows, there = originals.get(id, []), set(events.get(id, []))
        if not rows:
            lost.setdefault(id, "acknowledged, and not in the log")
            continue
        answered = set(_reply(rows[0])["positions"])
        if answered - there:
            lost.setdefault(id, f"answered with the positions {answered}, and the log has {there or None}")
        more = there - answered if rows[0][_STATUS] != "held" else set()  # what was held has its effects later
        if more or len(rows) > 1:
            doubled[id] = f"answered {len(rows)} times with the positions {answered}, and the log has {there}"
    yield from finding(LOST, (f"{id}: {why}" for id, why in lost.items()))
    yield from finding(DOUBLED, (f"{id}: {why}" for id, why in doubled.items()))


def _reply(row: Row) -> Json:
    id, _, _, seq, status, position, count, answer = row
    positions = list(range(position, position + count)) if position else []
    reply: Json = {"id": id, "seq": seq, "status": status, "positions": positions}
    more: Json = orjson.loads(answer)
    return reply | {name: value for name, value in more.items() if value is not None}


def _order(ask: Ask, rows: Sequence[Row], journals: Journals) -> Iterator[Finding]:
    """Positions and sequence numbers have no gaps, and are in the order in which devices made their operations."""
    [(many, last, head)] = ask(_POSITIONS)
    if not many == last == head:
        yield Finding("gaps in the log", 1, [f"{many} events through position {last}, and the head says {head}"])
    kept: dict[UUID, list[tuple[int, str]]] = {}
    for id, _, device, seq, *_ in rows:
        if seq is not None:
            kept.setdefault(device, []).append((seq, id))
    turns = {(device, incarnation): last for device, incarnation, last in ask(_TURNS)}
    wrong = [
        f"device {device}: {len(kept.get(device, []))} numbers in the log, {len(journal)} made, turn {turns[device, 1]}"
        for device, journal in journals.items()
        if kept.get(device, []) != list(enumerate(journal, 1)) or turns[device, 1] != len(journal)
    ]
    yield from finding("sequences with gaps", wrong)
