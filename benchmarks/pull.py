"""Pull: documents a second of a first download and of what has changed, beside a plain SELECT of the same rows."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import Any
from uuid import UUID

import psycopg2

from benchmarks.place import Place
from benchmarks.rounds import Outcome, Progress, compare, for_seconds, timed
from benchmarks.staff import Staff, download, staffed
from projections.documents.table import SHARED
from tests.support.http_device import BATCH, HttpDevice

SECONDS = 0.5
USES = (200, 20)
BASELINE, OURS = "SELECT (psycopg2)", "pull over HTTP"
_SELECT = """
SELECT entry FROM views.documents
WHERE audience = ANY(%s::uuid[]) AND position > %s AND gone IS NULL
ORDER BY position
"""


def measure(place: Place, rounds: int, progress: Progress) -> Outcome:
    """A catalogue of 5,000 parts and 300 jobs; then 220 and 20 operations' worth of changes, and nothing new at all."""
    rows = []
    with staffed(place, people=1, orders=300, parts=5_000) as staff, closing(psycopg2.connect(staff.company.dsn)) as db:
        db.autocommit = True
        [person] = staff.people
        phone, mine = staff.phone_of(person), UUID(person.technician.id)
        staff.settle()
        everything, cursor = download(phone)
        scenarios: dict[str, dict[str, Any]] = {
            f"first download of {everything:,} documents": {
                BASELINE: partial(timed, partial(_selected, db, mine, 0)),
                OURS: partial(timed, lambda: download(phone)[0]),
            }
        }
        marks = []
        for uses in USES:
            marks.append((cursor, _head(staff)))
            for _ in range(0, uses, BATCH):
                person.phone.push(*person.operations(min(uses, BATCH)))
            staff.settle()
            cursor = download(phone, cursor)[1]
        for before, head in reversed(marks):
            scenarios[f"{_pulled(phone, before)} changed documents"] = {
                BASELINE: partial(for_seconds, SECONDS, partial(_selected, db, mine, head)),
                OURS: partial(for_seconds, SECONDS, partial(_pulled, phone, before)),
            }
        newest, head = cursor, _head(staff)
        scenarios["nothing new"] = {
            BASELINE: partial(for_seconds, SECONDS, lambda: _selected(db, mine, head) + 1),
            OURS: partial(for_seconds, SECONDS, lambda: _pulled(phone, newest) + 1),
        }
        for scenario, variants in scenarios.items():
            unit = "pulls" if scenario == "nothing new" else "documents"
            rows += compare(scenario, unit, variants, rounds=rounds, progress=progress).rows
    return Outcome(rows, [])


def _pulled(phone: HttpDevice, cursor: str) -> int:
    return download(phone, cursor)[0]


def _selected(db: Any, technician: UUID, after: int) -> int:
    with db.cursor() as cursor:
        cursor.execute(_SELECT, ([str(technician), str(SHARED)], after))
        return len(cursor.fetchall())


def _head(staff: Staff) -> int:
    [(position,)] = staff.company.rows("SELECT position FROM log.head")
    return int(position)
