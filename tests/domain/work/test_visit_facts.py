"""What a technician did on a visit is recorded in whatever order it arrives."""

from __future__ import annotations

from itertools import permutations
from uuid import uuid4

import pytest

from domain.work.visit_status import Status
from tests.support.given_when_then import then
from tests.support.visits import (
    ANNA,
    BEN,
    CUSTOMER,
    ORDER,
    Act,
    accepted,
    cancelled,
    dispatched,
    done,
    not_done,
    on_site,
    paused,
    travelling,
    visit,
)

DAY: list[tuple[Act, Status, str]] = [
    (accepted, Status.ACCEPTED, "visit.accepted"),
    (travelling, Status.TRAVELLING, "visit.travel_started"),
    (on_site, Status.ON_SITE, "visit.arrived"),
    (paused, Status.PAUSED, "visit.paused"),
    (lambda it: it.record_resumed(ANNA), Status.ON_SITE, "visit.resumed"),
    (done, Status.DONE, "visit.done"),
]


def test_a_day_goes_from_accepted_to_done() -> None:
    it = visit(dispatched)

    for act, status, _ in DAY:
        act(it)
        assert it.status == status

    assert then(it) == [(topic, {"work_order": ORDER, "technician": ANNA}) for _, _, topic in DAY]


@pytest.mark.parametrize("facts", list(permutations([accepted, travelling, on_site, done])))
def test_facts_in_any_order_leave_the_visit_done(facts: tuple[Act, ...]) -> None:
    assert visit(dispatched, *facts, *facts).status == Status.DONE


def test_what_was_done_is_done_also_when_somebody_said_it_was_not() -> None:
    assert visit(dispatched, done, not_done).status == Status.DONE
    assert visit(dispatched, not_done, done).status == Status.DONE


def test_a_visit_not_done_says_why() -> None:
    it = visit(dispatched)

    it.record_not_done("no_part", technician=ANNA, note="The fan was another model.")

    fields = {"work_order": ORDER, "technician": ANNA, "customer": CUSTOMER, "reason": "no_part"}
    assert then(it) == [("visit.not_done", fields | {"note": "The fan was another model."})]
    assert it.status == Status.NOT_DONE


@pytest.mark.parametrize(("act", "status", "topic"), DAY)
def test_a_fact_on_a_cancelled_visit_is_recorded_and_only_its_end_revives_it(
    act: Act, status: Status, topic: str
) -> None:
    it = visit(dispatched, cancelled)

    act(it)

    assert [reported for reported, _ in then(it)] == [topic]
    assert it.status == (Status.DONE if status == Status.DONE else Status.CANCELLED)


@pytest.mark.parametrize(("act", "_status", "topic"), DAY)
def test_a_fact_by_somebody_who_lost_the_visit_leaves_it_to_who_has_it(act: Act, _status: Status, topic: str) -> None:
    it = visit(dispatched, lambda it: it.dispatch(BEN))

    act(it)

    assert [reported for reported, _ in then(it)] == [topic]
    assert it.status == Status.DISPATCHED
    assert it.assigned_to(BEN)


def test_whoever_accepts_a_visit_that_is_nobodys_has_it() -> None:
    it = visit(accepted)

    assert it.assigned_to(ANNA)
    assert it.status == Status.ACCEPTED


def test_the_visits_own_technician_did_it_unless_said_otherwise() -> None:
    it = visit(dispatched)

    it.record_arrived()

    assert then(it) == [("visit.arrived", {"work_order": ORDER, "technician": ANNA})]


def test_a_signature_is_a_picture_and_the_name_of_who_signed() -> None:
    it = visit(dispatched, on_site)

    it.record_signed(sha256="ab" * 32, size=2048, media_type="image/png", signer="J. Braun")

    picture = {"sha256": "ab" * 32, "size": 2048, "media_type": "image/png"}
    fields = {"work_order": ORDER, "technician": ANNA, "customer": CUSTOMER, "signer": "J. Braun"}
    assert then(it) == [("visit.signed", fields | picture)]
    assert it.status == Status.ON_SITE


@pytest.mark.parametrize(
    ("reported", "topic", "after"),
    [
        (accepted, "visit.accepted", Status.DISPATCHED),
        (travelling, "visit.travel_started", Status.ACCEPTED),
        (on_site, "visit.arrived", Status.TRAVELLING),
        (done, "visit.done", Status.ON_SITE),
        (not_done, "visit.not_done", Status.ON_SITE),
    ],
)
def test_a_fact_that_is_taken_back_takes_the_visit_a_step_back(reported: Act, topic: str, after: Status) -> None:
    """Its status is as if that had not been recorded, in the entity as in the view."""
    day = (accepted, travelling, on_site, done, not_done)
    it = visit(dispatched, *(step for step in day[: min(day.index(reported), 3)]), reported)
    operation = uuid4()

    it.record_correction(operation=operation, fact=topic, reason="Wrong visit.")

    fields = {"work_order": ORDER, "technician": ANNA, "customer": CUSTOMER, "operation": operation, "fact": topic}
    assert then(it) == [("visit.fact_corrected", fields | {"reason": "Wrong visit."})]
    assert it.status == after


def test_somebody_who_lost_the_visit_takes_back_only_their_own_word() -> None:
    it = visit(lambda it: it.dispatch(BEN), lambda it: it.record_done(BEN), done)

    it.record_correction(operation=uuid4(), fact="visit.done", technician=ANNA)

    assert it.status == Status.DONE
