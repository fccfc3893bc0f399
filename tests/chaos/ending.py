"""Checks at the end: effects as made, stock conserved, views equal to the log, devices equal to the server."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from tests.chaos.findings import DOUBLED, LOST, Finding, finding
from tests.chaos.founding import PLENTY
from tests.chaos.replica import Documents
from tests.chaos.work import Ledger
from tests.support.company import Company, environment

_LAG = "SELECT (SELECT position FROM log.head) - (SELECT min(position) FROM log.checkpoints)"
_NOT_CONSERVED = "SELECT part::text, sum(on_hand) FROM views.stock GROUP BY part HAVING sum(on_hand) <> 0"
_HELD = """
SELECT count(*) FROM log.events h
WHERE h.topic = 'device.operation_held' AND NOT EXISTS (
    SELECT FROM log.events e
    WHERE e.operation_id = h.operation_id
        AND e.topic IN ('device.hold_ended', 'device.operation_rejected', 'device.operation_quarantined')
)
"""
SETTLE_SECONDS = 900
_VERIFY_SECONDS = 1_800


def settled(company: Company, seconds: int = SETTLE_SECONDS) -> None:
    """Wait until no operation is held and the views have all events; `TimeoutError` after so many seconds."""
    deadline = time.monotonic() + seconds
    while company.rows(_HELD)[0][0] > 0 or company.rows(_LAG)[0][0] > 0:
        if time.monotonic() > deadline:
            raise TimeoutError("operations stay held, or the views do not catch up")
        time.sleep(0.05)


def check_effects(ledgers: Iterable[Ledger], documents: Iterable[Documents]) -> Iterator[Finding]:
    """Notes, parts and labour of every work order, and the stock of every van: each exactly as often as it was made."""
    made = _sum(ledgers)
    seen: Documents = {}
    for each in documents:
        seen |= each
    orders = {id: body for (kind, id), body in seen.items() if kind == "work_order"}
    more: list[str] = []
    fewer: list[str] = []
    for id, body in orders.items():
        texts = Counter(note["text"] for note in body["notes"])
        counts: dict[str, tuple[Counter[str], Counter[str]]] = {
            "notes": (texts, Counter(made.notes.get(id, []))),
            "parts used": (Counter({"": len(body["parts_used"])}), Counter({"": made.used[id]})),
            "hours": (Counter({"": len(body["labour"])}), Counter({"": made.labour[id]})),
        }
        for what, (there, due) in counts.items():
            more += [f"work order {id}: {what}, {(there - due).total()} too many"] if there - due else []
            fewer += [f"work order {id}: {what}, {(due - there).total()} missing"] if due - there else []
    yield from finding(DOUBLED, more)
    yield from finding(LOST, fewer)
    yield from finding("work orders that no device has", sorted(made.labour.keys() - orders.keys()))
    lines = {id: Decimal(body["on_hand"]) for (kind, id), body in seen.items() if kind == "stock"}
    wanted = {f"{van}/{part}": PLENTY + moved for (van, part), moved in made.moved.items()}
    wrong = [
        f"{id}: {lines.get(id)}, should be {on_hand}" for id, on_hand in wanted.items() if lines.get(id) != on_hand
    ]
    yield from finding("wrong balances", wrong)


def check_views(company: Company) -> Iterator[Finding]:
    """Stock adds up to 0 over all locations, and every view equals the log (`callout verify`)."""
    yield from finding("parts not conserved", company.rows(_NOT_CONSERVED))
    words = [sys.executable, "-m", "callout", "verify", "--json"]
    result = subprocess.run(
        words,
        env=environment(company.dsn, company.folder),
        capture_output=True,
        text=True,
        timeout=_VERIFY_SECONDS,
        check=False,
    )
    views = [json.loads(line) for line in result.stdout.splitlines()]
    yield from finding("views unlike the log", (view["name"] for view in views if view["differences"]))
    if result.returncode not in (0, 1) or not views:
        yield Finding(
            "views unlike the log", 1, [f"callout verify ended with {result.returncode}: {result.stderr[-500:]}"]
        )


def check_devices(replicas: Mapping[str, Documents], first_downloads: Mapping[str, Documents]) -> Iterator[Finding]:
    """Each device (by name) holds what a new device of its technician gets."""
    wrong = [
        f"{name}: {sorted(different)[:3]}"
        for name, held in replicas.items()
        if (different := _different(held, first_downloads[name]))
    ]
    yield from finding("devices unlike the server", wrong)


def _different(one: Documents, other: Documents) -> set[tuple[str, str]]:
    return {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}


def _sum(ledgers: Iterable[Ledger]) -> Ledger:
    total = Ledger()
    for ledger in ledgers:
        total.moved.update(ledger.moved)
        total.used.update(ledger.used)
        total.labour.update(ledger.labour)
        for order, texts in ledger.notes.items():
            total.notes.setdefault(order, []).extend(texts)
    return total
