"""Pull: documents a second of a first download and of what has changed, beside a plain SELECT of the same rows."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import Any
from uuid import UUID

import psycopg2

from benchmarks.place import Place
from benchmarks.rounds import Outcome, Progress, compare, for_seconds, timed
from benchmarks.staff import download, staffed
from projections.documents.table import SHARED

SECONDS = 0.5
CHANGED = 20
BASELINE, OURS = "SELECT (psycopg2)", "pull over HTTP"
_SELECT = """
SELECT entry FROM views.documents
WHERE audience = ANY(%s::uuid[]) AND position > %s AND gone IS NULL
ORDER BY position
"""


def measure(place: Place, rounds: int, progress: Progress) -> Outcome:
    """A catalogue of 5,000 parts and 100 jobs; then 20 operations' worth of changes, and nothing new at all."""
    rows = []
    with staffed(place, people=1, orders=100, parts=5_000) as staff, closing(psycopg2.connect(staff.company.dsn)) as db:
        db.autocommit = True
        [person] = staff.people
        phone, mine = staff.phone_of(person), UUID(person.technician.id)
        staff.settle()
        everything, cursor = download(phone)
        reached = _position(staff.company.rows("SELECT position FROM log.head"))
        person.phone.push(*person.operations(CHANGED))
        staff.settle()
        changed, newest = download(phone, cursor)
        head = _position(staff.company.rows("SELECT position FROM log.head"))
        scenarios: dict[str, dict[str, Any]] = {
            f"first download of {everything:,} documents": {
                BASELINE: partial(timed, partial(_selected, db, mine, 0)),
                OURS: partial(timed, lambda: download(phone)[0]),
            },
            f"{changed} changed documents": {
                BASELINE: partial(for_seconds, SECONDS, partial(_selected, db, mine, reached)),
                OURS: partial(for_seconds, SECONDS, lambda: download(phone, cursor)[0]),
            },
            "nothing new": {
                BASELINE: partial(for_seconds, SECONDS, lambda: _selected(db, mine, head) + 1),
                OURS: partial(for_seconds, SECONDS, lambda: download(phone, newest)[0] + 1),
            },
        }
        for scenario, variants in scenarios.items():
            unit = "pulls" if scenario == "nothing new" else "documents"
            rows += compare(scenario, unit, variants, rounds=rounds, progress=progress).rows
    return Outcome(rows, [])


def _selected(db: Any, technician: UUID, after: int) -> int:
    with db.cursor() as cursor:
        cursor.execute(_SELECT, ([str(technician), str(SHARED)], after))
        return len(cursor.fetchall())


def _position(rows: list[tuple[Any, ...]]) -> int:
    [(position,)] = rows
    return int(position)
