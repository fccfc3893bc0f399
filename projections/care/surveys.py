"""Surveys: the customer's ratings and comment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, TypedDict
from uuid import UUID

from domain.care.customer import Customer
from domain.care.survey import Survey
from domain.recording.recorded import Recorded
from projections.engine.projection import Projection, Rows, on
from projections.engine.reader import Reader
from projections.engine.row_change import changed_by
from projections.engine.table import Key, Table


class SurveyRow(TypedDict):
    """A survey, with the answer that was given last."""

    id: UUID
    customer: UUID
    case_id: UUID | None
    work_order: UUID | None
    channel: str
    requested_at: datetime
    answered_at: datetime | None
    csat: int | None
    ces: int | None
    solved: bool | None
    comment: str | None
    position: int
    version: int


SURVEYS = Table.of(
    "surveys",
    SurveyRow,
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


def survey(reader: Reader, survey_id: UUID) -> SurveyRow | None:
    """One survey."""
    return reader.row(SurveyRow, "SELECT * FROM surveys WHERE id = %s", (survey_id,))


def surveys(
    reader: Reader,
    *,
    limit: int,
    after: UUID | None = None,
    customer: UUID | None = None,
    case: UUID | None = None,
    work_order: UUID | None = None,
) -> list[SurveyRow]:
    """At most `limit` surveys by id, those behind `after`."""
    return reader.rows(
        SurveyRow,
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
