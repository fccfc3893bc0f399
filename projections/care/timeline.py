"""Timelines: all events that concern a case or a machine, in the order of occurrence."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, TypedDict
from uuid import UUID

import orjson
from eventsourcing.utils import resolve_topic

from domain.care.case import Case
from domain.care.contact import Contact
from domain.care.survey import Survey
from domain.recording.recorded import Recorded
from domain.stock.stock_movement import StockMovement
from domain.topics import events_of
from domain.work.equipment import Equipment
from domain.work.visit import Visit
from domain.work.work_order import WorkOrder
from projections.engine.projection import Projection, Rows, on
from projections.engine.reader import Reader
from projections.engine.table import Row, Table
from store.canonical import encode
from store.shape import shape_of


class TimelineRow(TypedDict):
    """An event as timelines show it; `detail` is what it says in ids, codes and numbers."""

    position: int
    subject: UUID
    stream: UUID
    topic: str
    summary: str
    detail: dict[str, Any]
    occurred_at: datetime
    recorded_at: datetime
    actor: UUID | None
    role: str | None
    device: UUID | None


TIMELINE = Table.of(
    "timeline",
    TimelineRow,
    key=("position",),
    indexes=(("subject", "occurred_at", "position"),),
    append_only=True,
)

_CODES = ("channel", "on", "outcome", "fixed", "kind", "demand", "remedy", "reason", "topic", "csat")
"""Fields of events that hold codes; the first of these that an event has goes into the summary."""


class Timeline(Projection):
    """One row per event. `subject` is the case, contact, work order or machine that it concerns.

    `summary` is the topic with that code (`stock.moved:consumption`), for the user interface to translate; `detail` has
    the ids, codes and numbers of the event. Personal texts are left out.
    """

    name: ClassVar[str] = "timeline"
    tables: ClassVar[tuple[Table, ...]] = (TIMELINE,)

    @on(*(event for entity in (Case, Contact, WorkOrder, Equipment) for event in events_of(entity).values()))
    def _own(self, event: Recorded, rows: Rows) -> None:
        rows.put(TIMELINE, _row(event, event.stream))

    @on(*events_of(Visit).values())
    def _visit(self, event: Recorded, rows: Rows) -> None:
        rows.put(TIMELINE, _row(event, event.data.work_order))

    @on(StockMovement.Moved)
    def _moved(self, event: Recorded[StockMovement.Moved], rows: Rows) -> None:
        subject = event.data.work_order or event.data.case
        if subject is not None:
            rows.put(TIMELINE, _row(event, subject))

    @on(*events_of(Survey).values())
    def _survey(self, event: Recorded, rows: Rows) -> None:
        subject = event.data.case or event.data.work_order
        if subject is not None:
            rows.put(TIMELINE, _row(event, subject))


def _row(event: Recorded, subject: UUID) -> Row:
    detail = _detail(event)
    code = next((str(detail[name]) for name in _CODES if detail.get(name) is not None), None)
    return {
        "position": event.position,
        "subject": subject,
        "stream": event.stream,
        "topic": event.topic,
        "summary": event.topic if code is None else f"{event.topic}:{code}",
        "detail": detail,
        "occurred_at": event.occurred_at,
        "recorded_at": event.recorded_at,
        "actor": event.envelope.actor,
        "role": event.envelope.role,
        "device": event.envelope.device,
    }


def _detail(event: Recorded) -> dict[str, Any]:
    """The fields of an event that are not personal, as JSON values."""
    names = shape_of(resolve_topic(event.topic)).plain
    fields = {name.rstrip("_"): value for name in names if (value := getattr(event.data, name)) is not None}
    detail: dict[str, Any] = orjson.loads(encode(fields))
    return detail


def case_timeline(
    reader: Reader, case: UUID, *, limit: int, after: tuple[datetime, int] | None = None
) -> list[TimelineRow]:
    """At most `limit` rows about a case and those merged into it, behind `after` (occurred_at, position).

    Its own events, its contacts, its work orders with their visits, diagnoses, parts and completions, its surveys.
    Reads the views `cases`, `contacts`, `work_orders` and `timeline`.
    """
    return reader.rows(
        TimelineRow,
        """
        WITH RECURSIVE one (id) AS (
            SELECT %(case)s::uuid
            UNION
            SELECT cases.id FROM cases JOIN one ON cases.merged_into = one.id
        ), orders (id) AS (
            SELECT work_orders.id FROM work_orders JOIN one ON work_orders.case_id = one.id
        ), subjects (id) AS (
            SELECT id FROM one
            UNION
            SELECT id FROM orders
            UNION
            SELECT contacts.id FROM contacts JOIN one ON contacts.case_id = one.id
            UNION
            SELECT contacts.id FROM contacts JOIN orders ON contacts.work_order = orders.id
        )
        SELECT t.* FROM subjects JOIN timeline t ON t.subject = subjects.id
        WHERE %(after)s IS NULL OR (t.occurred_at, t.position) > %(after)s
        ORDER BY t.occurred_at, t.position
        LIMIT %(limit)s
        """,
        {"case": case, "limit": limit, "after": after},
    )


def equipment_timeline(
    reader: Reader, equipment: UUID, *, limit: int, after: tuple[datetime, int] | None = None
) -> list[TimelineRow]:
    """At most `limit` rows about a machine and the work orders on it, behind `after` (occurred_at, position).

    Reads the views `work_orders` and `timeline`.
    """
    return reader.rows(
        TimelineRow,
        """
        WITH subjects (id) AS (
            SELECT %(equipment)s::uuid
            UNION
            SELECT id FROM work_orders WHERE equipment = %(equipment)s
        )
        SELECT t.* FROM subjects JOIN timeline t ON t.subject = subjects.id
        WHERE %(after)s IS NULL OR (t.occurred_at, t.position) > %(after)s
        ORDER BY t.occurred_at, t.position
        LIMIT %(limit)s
        """,
        {"equipment": equipment, "limit": limit, "after": after},
    )
