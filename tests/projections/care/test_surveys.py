"""Surveys as the office sees them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest

from domain.care.customer import Customer
from domain.care.survey import Survey
from projections.care.surveys import SurveyRow, Surveys, survey, surveys
from tests.support.logs import NOON
from tests.support.projected_log import ProjectedLog, projected_log_on


@pytest.fixture
def projected(database: str) -> Iterator[ProjectedLog]:
    with projected_log_on(database, Surveys()) as made:
        yield made


def shown(projected: ProjectedLog, of: Survey) -> SurveyRow:
    with projected.seen() as reader:
        row = survey(reader, of.id)
    assert row is not None
    return row


def test_a_survey_waits_for_its_answer(projected: ProjectedLog) -> None:
    asked = Survey.request(id=uuid4(), customer=uuid4(), case=(case := uuid4()), channel="email")
    projected.record(asked)
    row = shown(projected, asked)
    assert (row["case_id"], row["channel"], row["requested_at"]) == (case, "email", NOON)
    assert (row["answered_at"], row["csat"]) == (None, None)


def test_the_answer_that_was_given_last_counts_in_whatever_order_they_arrive(projected: ProjectedLog) -> None:
    asked = Survey.request(id=uuid4(), customer=uuid4(), channel="email")
    projected.record(asked)
    asked.record_answer(csat=4, solved=True, ces=2, comment="Better now")
    projected.record(asked, at=NOON + timedelta(days=2))
    asked.record_answer(csat=1, solved=False)
    projected.record(asked, at=NOON + timedelta(days=1))

    row = shown(projected, asked)

    assert (row["csat"], row["solved"], row["ces"], row["comment"]) == (4, True, 2, "Better now")
    assert row["answered_at"] == NOON + timedelta(days=2)
    projected.check_rebuild()


def test_an_erased_customer_leaves_a_score_without_words(projected: ProjectedLog) -> None:
    ada = Customer.register(id=uuid4(), name="Ada")
    asked = Survey.record_asked(id=uuid4(), customer=ada.id, csat=5, solved=True, comment="Lovely")
    projected.record(ada, asked)
    assert projected.contains("Lovely")

    ada.erase()
    projected.erase(ada)

    assert not projected.contains("Lovely")
    assert shown(projected, asked)["csat"] == 5
    projected.check_rebuild()


def test_surveys_are_listed_by_what_they_are_about(projected: ProjectedLog) -> None:
    case, order, customer = uuid4(), uuid4(), uuid4()
    one = Survey.request(id=uuid4(), customer=customer, case=case, channel="web")
    two = Survey.request(id=uuid4(), customer=customer, work_order=order, channel="visit")
    projected.record(one, two)

    with projected.seen() as reader:
        assert [row["id"] for row in surveys(reader, limit=9, case=case)] == [one.id]
        assert [row["id"] for row in surveys(reader, limit=9, work_order=order)] == [two.id]
        [first] = surveys(reader, limit=1, customer=customer)
        [second] = surveys(reader, limit=1, customer=customer, after=first["id"])
    assert {first["id"], second["id"]} == {one.id, two.id}
