"""The end of a work order ends its visits in the same transaction, also those planned at that moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.kernel.envelope import Envelope
from domain.kernel.instant import now, parse_instant
from domain.recording.order_ends import cancel_order
from domain.work.visit import Visit
from domain.work.work_order import WorkOrder
from tests.api.conftest import ApiClient
from tests.api.work.test_visits import WINDOW, visit
from tests.support.api_steps import command, create, customer, items, read, refusal, technician

FAR = {"window_start": "2036-01-06T09:00:00+01:00", "window_end": "2036-01-06T11:00:00+01:00"}


def ended(api: ApiClient, order: str, how: str) -> dict[str, Any]:
    if how == "cancel":
        return command(api, f"work-orders/{order}/cancel", reason="They moved away.")
    command(api, f"work-orders/{order}/complete", fixed="yes")
    return command(api, f"work-orders/{order}/close")


@pytest.mark.parametrize("how", ["cancel", "close"])
def test_the_end_of_an_order_cancels_its_open_visits_with_it(api: ApiClient, how: str) -> None:
    """Issue 9, 6: cancelled in the same transaction, not dispatched afterwards, and not counted as missed."""
    order, anna = create(api, "work-orders", customer=customer(api)), technician(api)
    planned, sent, on_site, done = (visit(api, work_order=order) for _ in range(4))
    for each in (sent, on_site, done):
        command(api, f"visits/{each}/dispatch", technician=anna)
    command(api, f"visits/{on_site}/arrive")
    command(api, f"visits/{done}/finish")
    assert read(api, f"visits/{planned}")["missed"] is True

    reply = ended(api, order, how)

    shown = [read(api, f"visits/{each}") for each in (planned, sent, on_site)]
    assert [one["status"] for one in shown] == ["cancelled"] * 3
    code = {"cancel": "work_order_cancelled", "close": "work_order_closed"}[how]
    note = {"cancel": "They moved away.", "close": None}[how]
    assert {(one["reason"], one["note"], one["work_order"]) for one in shown} == {(code, note, order)}
    assert [one["missed"] for one in shown] == [False] * 3
    assert max(one["position"] for one in shown) == reply["position"]
    assert read(api, f"visits/{done}")["status"] == "done"
    assert items(api, f"visits?work_order={order}&missed=true") == []
    assert refusal(api, f"visits/{planned}/dispatch", technician=anna)[0] == 409
    assert refusal(api, f"visits/{planned}/reschedule", **FAR)[0] == 409
    assert refusal(api, "visits", work_order=order, **FAR) == (409, "work-order-is-final")


def test_a_visit_left_open_by_an_end_of_former_times_is_neither_missed_nor_dispatched(api: ApiClient) -> None:
    """Issue 9, 6: histories from before have such visits."""
    order, anna = create(api, "work-orders", customer=customer(api)), technician(api)
    left = visit(api, work_order=order)
    old = api.services.log.work().get(WorkOrder, UUID(order))
    old.cancel("as it was once")
    api.commit(old)

    assert read(api, f"visits/{left}")["missed"] is False
    assert items(api, "visits?missed=true") == []
    assert refusal(api, f"visits/{left}/dispatch", technician=anna) == (409, "work-order-is-final")
    assert refusal(api, f"visits/{left}/reschedule", **FAR) == (409, "work-order-is-final")
    command(api, f"visits/{left}/cancel", reason="Nobody needs it.")


@pytest.mark.parametrize("stage", ["hold", "complete", "cannot-complete"])
def test_what_may_go_on_leaves_the_visits_as_they_are(api: ApiClient, stage: str) -> None:
    """Issue 9, 6: an order on hold or finished may go on, so its visits stay until it is closed or cancelled."""
    order = create(api, "work-orders", customer=customer(api))
    planned = visit(api, work_order=order)
    body = {"hold": {"reason": "parts"}, "complete": {"fixed": "yes"}, "cannot-complete": {"reason": "no_part"}}[stage]

    command(api, f"work-orders/{order}/{stage}", **body)

    assert read(api, f"visits/{planned}")["status"] == "planned"


def test_a_visit_that_is_planned_at_the_same_moment_does_not_outlive_the_order(api: ApiClient) -> None:
    """Issue 9, 6: whoever comes second decides again: either the visit is cancelled too, or it is refused."""
    owner = customer(api)
    orders = [create(api, "work-orders", customer=owner) for _ in range(6)]
    told_to = [(order, act) for order in orders for act in ("plan", "cancel", "plan", "plan")]

    def act(what: tuple[str, str]) -> int:
        order, word = what
        if word == "cancel":
            return api.post(f"/api/v1/work-orders/{order}/cancel", {"reason": "No"}).status_code
        return api.post("/api/v1/visits", {"work_order": order, "zone": "Europe/Berlin"} | WINDOW).status_code

    with ThreadPoolExecutor(4) as pool:
        codes = list(pool.map(act, told_to))

    assert set(codes) <= {200, 201, 409}
    api.catch_up()
    for order in orders:
        assert {one["status"] for one in items(api, f"visits?work_order={order}")} <= {"cancelled"}


def test_a_visit_planned_between_reading_and_recording_makes_the_end_decide_again(api: ApiClient) -> None:
    """Issue 9, 6: the end has read all visits, so the one that slips in makes it read again."""
    order = UUID(create(api, "work-orders", customer=customer(api)))
    log, slipped = api.services.log, uuid4()
    tries = []

    def decide() -> None:
        work = log.work()
        entity = work.get(WorkOrder, order)
        visits = cancel_order(work, entity, "no")
        tries.append([one.id for one in visits])
        if len(tries) == 1:
            other = log.work()
            when = dict(zip(WINDOW, map(_instant, WINDOW.values()), strict=True))
            late = Visit.plan(id=slipped, work_order=order, customer=entity.customer, zone="Europe/Berlin", **when)  # type: ignore[arg-type]
            other.add(_envelope(), late)
            other.commit()
        work.add(_envelope(), entity, *visits)
        work.commit()

    log.attempt(decide)

    assert tries == [[], [slipped]]
    api.catch_up()
    assert read(api, f"visits/{slipped}")["status"] == "cancelled"


def _instant(text: str) -> datetime:
    return parse_instant(text)


def _envelope() -> Envelope:
    return Envelope(occurred_at=now())
