"""A customer answers on a scale and in words, whether or not the office had asked."""

from uuid import uuid4

import pytest

from domain.care.survey import Survey
from domain.kernel.problem import BadInput
from tests.support.given_when_then import given, then

CUSTOMER, CASE, ORDER = uuid4(), uuid4(), uuid4()
ABOUT = {"customer": CUSTOMER, "case": CASE, "work_order": ORDER}


def asked() -> Survey:
    return Survey.request(id=uuid4(), customer=CUSTOMER, case=CASE, work_order=ORDER, channel="email")


def test_a_request_says_whom_about_what_and_how() -> None:
    assert then(asked()) == [("survey.requested", {**ABOUT, "channel": "email"})]


def test_an_answer_names_all_that_it_is_about() -> None:
    survey = given(asked())

    survey.record_answer(csat=5, ces=7, solved=True, comment="quick")

    fields = {"csat": 5, "ces": 7, "solved": True, "comment": "quick"}
    assert then(survey) == [("survey.answered", {**ABOUT, **fields})]
    assert survey.is_answered()


def test_an_answer_needs_no_effort_score_and_no_words() -> None:
    survey = given(asked())

    survey.record_answer(csat=1, solved=False)

    assert then(survey) == [("survey.answered", {**ABOUT, "csat": 1, "solved": False})]


def test_an_answer_begins_a_survey_when_none_was_requested() -> None:
    survey = Survey.record_asked(id=uuid4(), customer=CUSTOMER, work_order=ORDER, csat=4, solved=True)

    about = {"customer": CUSTOMER, "work_order": ORDER}
    assert then(survey) == [
        ("survey.requested", {**about, "channel": "visit"}),
        ("survey.answered", {**about, "csat": 4, "solved": True}),
    ]


def test_a_second_answer_is_recorded_as_well() -> None:
    survey = given(asked(), lambda it: it.record_answer(csat=5, solved=True))

    survey.record_answer(csat=2, solved=False)

    assert [fields["csat"] for _, fields in then(survey)] == [2]


@pytest.mark.parametrize(
    ("csat", "ces", "pointer"), [(0, None, "/csat"), (6, None, "/csat"), (5, 0, "/ces"), (5, 8, "/ces")]
)
def test_an_answer_off_the_scale_is_none(csat: int, ces: int | None, pointer: str) -> None:
    survey = given(asked())

    with pytest.raises(BadInput) as refusal:
        survey.record_answer(csat=csat, ces=ces, solved=True)

    assert refusal.value.errors[0]["pointer"] == pointer
    assert then(survey) == []
