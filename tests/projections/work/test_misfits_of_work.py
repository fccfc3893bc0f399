"""Work that does not fit the books is found, with its events, whatever the order in which devices arrive."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.stock.part import Part, PartName
from tests.support.logs import NOON
from tests.support.memory_discrepancies import Office, positions
from tests.support.memory_events import later
from tests.support.stock import PART, VAN, bought, used
from tests.support.work_orders import ANNA, BEN


@pytest.fixture
def office() -> Office:
    made = Office()
    made.views.record(bought(20, VAN))
    return made


def test_what_was_done_after_the_order_went_to_somebody_else_is_one_discrepancy(office: Office) -> None:
    order = office.order()
    order.record_note("Before.")
    office.anna.record(office.views, order)
    order.assign(BEN)
    office.views.record(order)
    order.record_labour(minutes=9, kind="work", technician=ANNA)
    office.anna.record(office.views, order, minutes=20)
    first = office.views.position
    order.record_completion(technician=ANNA, fixed="yes")
    office.anna.record(office.views, order, minutes=30)
    office.anna.record(office.views, used(1, work_order=order.id, technician=ANNA), minutes=10)

    row = office.one("work_after_reassignment")
    assert row["refs"] == {"work_order": str(order.id), "technician": str(ANNA)}
    assert positions(row) == [first + 2, first, first + 1]
    assert (row["status"], row["open"], row["opened_at"]) == ("open", True, later(10))
    assert (row["owner"], row["owner_role"]) == (None, "dispatcher")


def test_what_is_told_before_anybody_has_the_order_fits(office: Office) -> None:
    order = office.order(technician=None)
    order.record_note("It is the blue door.")
    office.ben.record(office.views, order)

    assert office.found() == []


def test_what_the_office_notes_on_an_order_fits(office: Office) -> None:
    order = office.order()
    order.record_note("It is the blue door.")
    order.record_labour(minutes=5, kind="work", technician=BEN)
    office.views.record(order)

    assert office.found() == []


def test_what_was_done_after_the_order_was_cancelled_is_found(office: Office) -> None:
    order = office.order()
    order.cancel("The customer moved away.")
    office.views.record(order)
    order.record_diagnosis(problem="noise", cause="dirt", remedy="clean")
    office.anna.record(office.views, order, minutes=5)

    row = office.one("work_after_cancel")
    assert (positions(row), row["technician"], row["work_order"]) == ([office.views.position], ANNA, order.id)


def test_nothing_is_left_of_a_misfit_that_was_taken_back(office: Office) -> None:
    order = office.order(BEN)
    order.record_note("Wrong order.")
    wrong = office.anna.record(office.views, order)
    use = used(1, work_order=order.id, technician=ANNA, id=office.anna.operation())
    office.anna.record(office.views, use)
    order.record_correction(operation=wrong, fact="work_order.note_added")
    office.anna.record(office.views, order)
    assert len(office.one("work_after_reassignment")["events"]) == 1

    office.anna.record(office.views, use.reverse(id=uuid4(), reason="fact_corrected"))

    assert office.found() == []


def test_an_order_completed_from_two_devices_is_asked_about(office: Office) -> None:
    order = office.order()
    for phone, technician, minutes in ((office.anna, ANNA, 20), (office.ben, BEN, 10)):
        order.record_completion(technician=technician, fixed="yes")
        phone.record(office.views, order, minutes=minutes)

    row = office.one("duplicate_completion")
    assert (len(row["events"]), row["opened_at"]) == (2, later(20))


def test_taking_one_of_two_completions_back_answers_the_question(office: Office) -> None:
    order = office.order()
    for _ in range(2):
        order.record_completion(technician=ANNA, fixed="yes")
        operation = office.anna.record(office.views, order)
    assert len(office.found("duplicate_completion")) == 1

    order.record_correction(operation=operation, fact="work_order.completed")
    office.anna.record(office.views, order)

    assert office.found("duplicate_completion") == []


def test_the_office_that_confirms_a_report_does_not_complete_twice(office: Office) -> None:
    order = office.order(BEN)
    order.record_completion(technician=ANNA, fixed="yes")
    office.anna.record(office.views, order, minutes=10)
    order.complete(fixed="yes", technician=ANNA)
    office.views.record(order, at=later(20))
    assert office.found("duplicate_completion") == []

    order.record_completion(technician=BEN, fixed="yes")
    office.ben.record(office.views, order, minutes=30)
    assert len(office.found("duplicate_completion")) == 1


def test_work_that_was_taken_up_again_may_be_completed_again(office: Office) -> None:
    order = office.order()
    order.record_completion(technician=ANNA, fixed="temporary")
    office.anna.record(office.views, order, minutes=10)
    order.reopen("It hums again.")
    office.views.record(order, at=later(20))
    order.record_completion(technician=ANNA, fixed="yes")
    office.anna.record(office.views, order, minutes=30)

    assert office.found() == []


def use_twice(office: Office, between: timedelta, **second: Any) -> Any:
    order = office.order()
    office.anna.record(office.views, used(1, work_order=order.id, technician=ANNA))
    later_use = used(1, **({"work_order": order.id, "technician": ANNA} | second))
    office.ben.record(office.views, later_use, minutes=between.total_seconds() / 60)
    return later_use


def test_one_part_on_one_order_from_two_devices_within_four_hours_may_be_one_use(office: Office) -> None:
    use_twice(office, timedelta(hours=4))

    row = office.one("possible_double_use")
    assert (len(row["events"]), row["opened_at"], row["part"]) == (2, NOON + timedelta(hours=4), PART)


def test_later_or_elsewhere_or_on_the_same_device_it_is_another_use(office: Office) -> None:
    use_twice(office, timedelta(hours=4, seconds=1))
    use_twice(office, timedelta(minutes=1), work_order=uuid4())
    order = office.order()
    for minutes in (1, 2):
        office.anna.record(office.views, used(1, work_order=order.id, technician=ANNA), minutes=minutes)

    assert office.found("possible_double_use") == []


def test_taking_one_of_two_uses_back_answers_the_question(office: Office) -> None:
    use = use_twice(office, timedelta(minutes=5))
    assert len(office.found("possible_double_use")) == 1

    office.ben.record(office.views, use.reverse(id=uuid4(), reason="fact_corrected"))

    assert office.found("possible_double_use") == []


def test_a_part_that_nobody_knows_is_asked_about_until_it_is_registered(office: Office) -> None:
    stranger = uuid4()
    office.anna.record(office.views, used(1, part=stranger), used(1, part=stranger))
    assert office.one("unknown_part")["refs"] == {"part": str(stranger)}

    office.views.record(Part.register(id=stranger, number="P-9", names=(PartName("en", "Cap"),), unit="piece"))
    assert office.found("unknown_part") == []


def test_a_device_that_tells_of_the_future_has_a_wrong_clock(office: Office) -> None:
    order = office.order()
    for ahead, texts in ((timedelta(minutes=2), 0), (timedelta(minutes=2, seconds=1), 1), (timedelta(days=1), 2)):
        order.record_note("It hums.")
        office.anna.record(office.views, order, claimed_at=NOON + ahead)
        assert len(office.one("clock_suspect")["events"] if texts else office.found()) == texts

    assert office.one("clock_suspect")["refs"] == {"device": str(office.anna.id)}
