"""Surveys: the customer's ratings and comment."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar
from uuid import UUID

from domain.care.customer import Customer
from domain.care.survey import Survey
from domain.recording.recorded import Recorded
from projections.engine.projection import Projection, Rows, on
from projections.engine.reader import Reader
from projections.engine.row_change import changed_by
from projections.engine.table import Key, Row, Table

SURVEYS = Table(
    "surveys",
    {
        "id": "uuid NOT NULL",
        "customer": "uuid NOT NULL",
        "case_id": "uuid",
        "work_order": "uuid",
        "channel": "text NOT NULL",
        "requested_at": "timestamptz NOT NULL",
        "answered_at": "timestamptz",
        "csat": "bigint",
        "ces": "bigint",
        "solved": "boolean",
        "comment": "text",
        "position": "bigint NOT NULL",
        "version": "bigint NOT NULL",
    },
    key=("id",),
    indexes=(("customer",), ("case_id",), ("work_order",)),
)

_ANSWER = ("csat", "ces", "solved", "comment")


class Surveys(Projection):
    """One row per survey, with its newest answer."""

    name: ClassVar[str] = "surveys"
    tables: ClassVar[tuple[Table, ...]] = (SURVEYS,)

    def touches(self, event: Recorded) -> Iterable[tuple[Table, Key]]:
        """The survey."""
        if event.topic != Customer.Erased.TOPIC:
            yield SURVEYS, (event.stream,)

    @on(Survey.Requested)
    def _requested(self, event: Recorded[Survey.Requested], rows: Rows) -> None:
        data = event.data
        row = {
            "id": event.stream,
            "customer": data.customer,
            "case_id": data.case,
            "work_order": data.work_order,
            "channel": data.channel,
            "requested_at": event.occurred_at,
            "answered_at": None,
        }
        rows.put(SURVEYS, row | dict.fromkeys(_ANSWER) | changed_by(event))

    @on(Survey.Answered)
    def _answered(self, event: Recorded[Survey.Answered], rows: Rows) -> None:
        survey = rows.get(SURVEYS, event.stream)
        if survey is None:
            return
        answer = {name: getattr(event.data, name) for name in _ANSWER} | {"answered_at": event.occurred_at}
        is_newest = survey["answered_at"] is None or survey["answered_at"] <= event.occurred_at
        rows.put(SURVEYS, survey | (answer if is_newest else {}) | changed_by(event))

    @on(Customer.Erased)
    def _erased(self, event: Recorded[Customer.Erased], rows: Rows) -> None:
        for survey in rows.where(SURVEYS, customer=event.stream):
            rows.put(SURVEYS, survey | {"comment": None, "position": event.position})


def survey(reader: Reader, survey_id: UUID) -> Row | None:
    """One survey."""
    return reader.fetch_one("SELECT * FROM surveys WHERE id = %s", (survey_id,))


def surveys(
    reader: Reader,
    *,
    limit: int,
    after: UUID | None = None,
    customer: UUID | None = None,
    case: UUID | None = None,
    work_order: UUID | None = None,
) -> list[Row]:
    """At most `limit` surveys by id, those behind `after`."""
    return reader.fetch_all(
        """
        SELECT * FROM surveys
        WHERE (%(after)s IS NULL OR id > %(after)s)
          AND (%(customer)s IS NULL OR customer = %(customer)s)
          AND (%(case)s IS NULL OR case_id = %(case)s)
          AND (%(work_order)s IS NULL OR work_order = %(work_order)s)
        ORDER BY id
        LIMIT %(limit)s
        """,
        {"limit": limit, "after": after, "customer": customer, "case": case, "work_order": work_order},
    )
