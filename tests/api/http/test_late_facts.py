"""Issue 9, 1 and 5: what arrives late, and what was answered without having been seen, over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.kernel.instant import now
from tests.api.conftest import ApiClient
from tests.support.api_steps import command, read, refusal
from tests.support.field_setup import Field, Phone

HOUR = timedelta(hours=1)


@pytest.fixture
def field(api: ApiClient) -> Field:
    return Field(api.services.log)


@pytest.fixture
def phone(field: Field) -> Phone:
    return Phone(field.log, field.anna)


def complete(phone: Phone, order: UUID, at: Any) -> dict[str, Any]:
    return phone.operation("work_completed", {"work_order": str(order), "fixed": "yes"}, at=at)


def test_a_completion_from_before_the_reopening_arrives_late(api: ApiClient, field: Field, phone: Phone) -> None:
    """Issue 9, 1: the screen says `scheduled`, so the office may go on, and not close it."""
    order, moment = field.order(), now()
    command(api, f"work-orders/{order}/complete", fixed="yes")
    command(api, f"work-orders/{order}/reopen", reason="It hums again.")

    phone.send(complete(phone, order, moment - HOUR), received_at=now())

    shown = read(api, f"work-orders/{order}")
    assert shown["status"] == "scheduled"
    assert [step.get("late") for step in shown["steps"]][1:] == [{"changed": False}, None, None]
    assert refusal(api, f"work-orders/{order}/close") == (409, "nothing-to-close")
    assert refusal(api, f"work-orders/{order}/reopen", reason="Again.") == (409, "not-finished")
    command(api, f"work-orders/{order}/hold", reason="parts")
    assert read(api, f"work-orders/{order}")["status"] == "on_hold"


def test_a_completion_from_after_the_reopening_finishes_it_whenever_it_arrives(
    api: ApiClient, field: Field, phone: Phone
) -> None:
    """Issue 9, 1: the other way round, the rules agree with the screen as well."""
    order = field.order()
    command(api, f"work-orders/{order}/complete", fixed="yes")
    command(api, f"work-orders/{order}/reopen", reason="It hums again.")

    phone.send(complete(phone, order, now()), received_at=now())

    assert read(api, f"work-orders/{order}")["status"] == "completed"
    assert refusal(api, f"work-orders/{order}/hold", reason="parts") == (409, "work-order-is-finished")
    command(api, f"work-orders/{order}/close")


def test_a_visit_that_ended_before_it_was_paused_is_over_for_the_rules_too(
    api: ApiClient, field: Field, phone: Phone
) -> None:
    """Issue 9, 1: a visit's facts in the wrong order of arrival."""
    visit, moment = field.visit(field.order()), now()
    for kind, hours in (("visit_done", 1), ("arrived", 3), ("travel_started", 4)):
        phone.send(phone.operation(kind, {"visit": str(visit)}, at=moment - hours * HOUR), received_at=now())

    shown = read(api, f"visits/{visit}")
    assert shown["status"] == "done"
    assert [step.get("late") for step in shown["steps"]] == [None, {"changed": False}, {"changed": False}, None]
    assert refusal(api, f"visits/{visit}/cancel", reason="No.") == (409, "visit-is-over")


def rescheduled(api: ApiClient, visit: UUID) -> None:
    window = {"window_start": "2026-12-03T09:00:00+01:00", "window_end": "2026-12-03T11:00:00+01:00"}
    command(api, f"visits/{visit}/reschedule", **window)


def test_whoever_accepts_without_having_seen_the_new_date_is_asked_again(
    api: ApiClient, field: Field, phone: Phone
) -> None:
    """Issue 9, 5: recorded, without effect on the new plan, and shown as of the earlier date."""
    visit = field.visit(field.order())
    command(api, f"visits/{visit}/dispatch", technician=str(field.anna))
    seen = field.log.head()
    before = read(api, f"visits/{visit}")
    rescheduled(api, visit)

    accepted = phone.operation("visit_accepted", {"visit": str(visit)}, at=now(), seen=seen)
    result = phone.result(accepted, received_at=now())

    shown = read(api, f"visits/{visit}")
    assert (shown["status"], shown["accepted_at"]) == ("dispatched", None)
    assert (shown["stale_acceptance"]["window_start"], shown["stale_acceptance"]["technician"]) == (
        before["window_start"],
        str(field.anna),
    )
    assert [step["what"] for step in shown["steps"]][-1] == "visit.accepted"
    assert [notice["code"] for notice in result.notices] == ["earlier_plan"]


def test_whoever_has_seen_the_new_date_accepts_it(api: ApiClient, field: Field, phone: Phone) -> None:
    """Issue 9, 5: also after an acceptance that was of the earlier one."""
    visit = field.visit(field.order())
    seen = field.log.head()
    rescheduled(api, visit)
    data = {"visit": str(visit)}
    phone.send(phone.operation("visit_accepted", data, at=now(), seen=seen), received_at=now())

    result = phone.result(phone.operation("visit_accepted", data, at=now(), seen=field.log.head()), received_at=now())

    shown = read(api, f"visits/{visit}")
    assert (shown["status"], shown["stale_acceptance"], result.notices) == ("accepted", None, [])


def test_an_acceptance_of_the_first_date_that_arrives_before_the_new_one_is_shown_as_stale(
    api: ApiClient, field: Field, phone: Phone
) -> None:
    """Issue 9, 5: whichever comes first, the visit asks again."""
    visit = field.visit(field.order())
    accepted = phone.operation("visit_accepted", {"visit": str(visit)}, at=now(), seen=field.log.head())
    phone.send(accepted, received_at=now())
    rescheduled(api, visit)

    shown = read(api, f"visits/{visit}")

    assert (shown["status"], shown["stale_acceptance"]["technician"]) == ("dispatched", str(field.anna))
    assert refusal(api, f"visits/{visit}/arrive", technician="x")[0] in (400, 422)


def test_an_acceptance_from_before_a_reassignment_is_none_of_the_visit_that_came_back(
    api: ApiClient, field: Field, phone: Phone
) -> None:
    """Issue 9, 5: given to somebody else and back, the visit asks anew."""
    visit = field.visit(field.order())
    seen = field.log.head()
    command(api, f"visits/{visit}/dispatch", technician=str(field.boris))
    command(api, f"visits/{visit}/dispatch", technician=str(field.anna))

    phone.send(phone.operation("visit_accepted", {"visit": str(visit)}, at=now(), seen=seen), received_at=now())

    assert read(api, f"visits/{visit}")["status"] == "dispatched"


def test_a_decline_of_the_earlier_date_is_none_of_the_new_one(api: ApiClient, field: Field, phone: Phone) -> None:
    """Issue 9, 5: a request, so it is refused with what to do."""
    visit = field.visit(field.order())
    seen = field.log.head()
    rescheduled(api, visit)
    data = {"visit": str(visit)}

    early = phone.result(phone.operation("decline_visit", data, at=now(), seen=seen), received_at=now())
    late = phone.result(phone.operation("decline_visit", data, at=now(), seen=field.log.head()), received_at=now())

    assert (early.status, (early.problem or {})["type"].rpartition("/")[2]) == ("rejected", "plan-has-changed")
    assert (late.status, read(api, f"visits/{visit}")["technician"]) == ("applied", None)


def test_who_has_not_seen_that_the_work_was_taken_up_again_does_not_close_it(
    api: ApiClient, field: Field, phone: Phone
) -> None:
    """Issue 9, 5: a sibling: agreement that the order may be closed, with an end that was not seen."""
    order = field.order()
    phone.send(complete(phone, order, now()), received_at=now())
    seen, data = field.log.head(), {"work_order": str(order)}
    command(api, f"work-orders/{order}/reopen", reason="It hums again.")
    command(api, f"work-orders/{order}/cannot-complete", reason="no_part")

    early = phone.result(phone.operation("close_work_order", data, at=now(), seen=seen), received_at=now())
    late = phone.result(phone.operation("close_work_order", data, at=now(), seen=field.log.head()), received_at=now())

    assert (early.status, (early.problem or {})["type"].rpartition("/")[2]) == ("rejected", "order-has-changed")
    assert late.status == "applied"


def test_an_own_completion_that_nobody_has_read_yet_may_be_closed(field: Field, phone: Phone) -> None:
    """Issue 9, 5: what the same push has told needs no reading."""
    order, seen = field.order(), field.log.head()
    done = complete(phone, order, now()) | {"seen": seen}
    close = phone.operation("close_work_order", {"work_order": str(order)}, at=now(), seen=seen)

    assert [result.status for result in phone.send(done, close, received_at=now()).results] == ["applied", "applied"]
