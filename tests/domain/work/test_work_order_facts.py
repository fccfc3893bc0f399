"""What happened to a work order is recorded, whatever the office has decided meanwhile."""

from __future__ import annotations

from uuid import uuid4

import pytest

from domain.work.work_order_status import Status
from tests.support.given_when_then import then
from tests.support.work_orders import ANNA, CUSTOMER, Act, assigned, cancelled, closed, given_to_ben, order

FACTS: dict[str, Act] = {
    "work_order.diagnosed": lambda it: it.record_diagnosis(problem="noise", cause="wear", remedy="replace"),
    "work_order.labour_recorded": lambda it: it.record_labour(minutes=30, kind="work", technician=ANNA),
    "work_order.note_added": lambda it: it.record_note("The dog bites."),
    "work_order.photo_attached": lambda it: it.record_photo(sha256="ab" * 32, size=9, media_type="image/jpeg"),
    "work_order.fact_corrected": lambda it: it.record_correction(operation=uuid4()),
}


@pytest.mark.parametrize("topic", FACTS)
@pytest.mark.parametrize("end", [closed, cancelled, given_to_ben])
def test_a_fact_is_recorded_after_the_end_and_ends_nothing(end: Act, topic: str) -> None:
    it = order(assigned, end)
    before = it.is_final()

    FACTS[topic](it)

    assert [reported for reported, _ in then(it)] == [topic]
    assert it.is_final() == before


def test_a_diagnosis_is_codes_and_the_technicians_words() -> None:
    it = order(assigned)

    it.record_diagnosis(problem="noise", cause="wear", remedy="replace", note="Bearing.")

    fields = {"customer": CUSTOMER, "problem": "noise", "cause": "wear", "remedy": "replace", "note": "Bearing."}
    assert then(it) == [("work_order.diagnosed", fields)]


@pytest.mark.parametrize("topic", ["work_order.diagnosed", "work_order.labour_recorded"])
def test_work_has_begun_once_somebody_diagnoses_or_spends_time(topic: str) -> None:
    it = order(assigned)

    FACTS[topic](it)

    assert it.status == Status.IN_PROGRESS


def test_an_order_on_hold_stays_so_when_work_is_recorded() -> None:
    it = order(assigned, lambda it: it.hold("parts"))

    it.record_labour(minutes=5, kind="wait")

    assert it.status == Status.ON_HOLD


def test_the_assigned_technicians_completion_counts() -> None:
    it = order(assigned)

    it.record_completion(technician=ANNA, fixed="yes", remedy="replace")

    assert then(it) == [("work_order.completed", {"technician": ANNA, "remedy": "replace", "fixed": "yes"})]
    assert it.status == Status.COMPLETED


def test_a_second_completion_is_recorded_again_for_others_to_notice() -> None:
    it = order(assigned, lambda it: it.record_completion(technician=ANNA, fixed="yes"))

    it.record_completion(technician=ANNA, fixed="no")

    assert then(it) == [("work_order.completed", {"technician": ANNA, "fixed": "no"})]


def test_a_completion_by_somebody_who_lost_the_order_is_a_report_to_the_office() -> None:
    it = order(assigned, given_to_ben)

    it.record_completion(technician=ANNA, fixed="yes")

    assert then(it) == [("work_order.completion_reported", {"technician": ANNA, "fixed": "yes"})]
    assert it.status == Status.SCHEDULED


@pytest.mark.parametrize("end", [closed, cancelled])
def test_a_completion_after_the_end_is_a_report_to_the_office(end: Act) -> None:
    it = order(assigned, end)

    it.record_completion(technician=ANNA, fixed="yes")

    assert [topic for topic, _ in then(it)] == ["work_order.completion_reported"]
    assert it.is_final()


def test_why_work_cannot_be_done_is_a_code_where_one_fits() -> None:
    it = order(assigned)

    it.record_cannot_complete(technician=ANNA, reason="no_part")

    assert then(it) == [("work_order.cannot_complete", {"customer": CUSTOMER, "technician": ANNA, "reason": "no_part"})]
    assert it.status == Status.CANNOT_COMPLETE


def test_why_work_cannot_be_done_is_kept_as_erasable_words_where_no_code_fits() -> None:
    it = order(assigned, given_to_ben)

    it.record_cannot_complete(technician=ANNA, reason="Mrs. Braun lost the key.")

    fields = {"customer": CUSTOMER, "technician": ANNA, "reason": "other", "note": "Mrs. Braun lost the key."}
    assert then(it) == [("work_order.cannot_complete_reported", fields)]
    assert it.status == Status.SCHEDULED


def test_a_completion_that_is_taken_back_leaves_the_order_unfinished() -> None:
    it = order(
        assigned, FACTS["work_order.labour_recorded"], lambda it: it.record_completion(technician=ANNA, fixed="yes")
    )
    operation = uuid4()

    it.record_correction(operation=operation, fact="work_order.completed", reason="Wrong order.")

    fields = {"customer": CUSTOMER, "operation": operation, "fact": "work_order.completed", "reason": "Wrong order."}
    assert then(it) == [("work_order.fact_corrected", fields)]
    assert it.status == Status.IN_PROGRESS


def test_taking_back_another_fact_leaves_a_completion_standing() -> None:
    it = order(assigned, lambda it: it.record_completion(technician=ANNA, fixed="yes"))

    it.record_correction(operation=uuid4(), fact="work_order.labour_recorded")

    assert it.status == Status.COMPLETED
