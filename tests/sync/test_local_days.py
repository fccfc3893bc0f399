"""Issue 9, 9: what a phone asks for and uses has the days and clock times of the place."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.care.customer import Customer
from domain.kernel.instant import format_instant, parse_instant
from domain.kernel.local_time import format_local
from domain.kernel.money import Money
from domain.stock.location import Location
from domain.stock.part import Part
from domain.work.technician import Technician
from domain.work.work_order import WorkOrder
from tests.support.field_setup import Field, Phone, decide, save

FRIDAY = parse_instant("2026-10-23T08:00:00Z")  # 10:00 in Berlin, 09:00 in the Canary Islands; clocks change on Sunday
SATURDAY_NIGHT = parse_instant("2026-10-31T23:30:00Z")  # 00:30 on 1 November in Berlin


def order_at(field: Field, zone: str) -> UUID:
    """An order of Anna's at a site in this zone."""
    owner, site = uuid4(), uuid4()
    customer = Customer.register(id=owner, name="Kastanienbaum")
    customer.add_site(site=site, zone=zone, address="Gasse 1")
    order = WorkOrder.open(id=uuid4(), number=f"W-{owner}", customer=owner, problem="drips", site=site)
    order.assign(field.anna)
    save(field.log, customer, order)
    return order.id


def recorded(field: Field, stream: str) -> Any:
    """What the only event of a stream says."""
    [(record,)] = field.log.pool.fetch_all("SELECT record FROM log.events WHERE stream = %s", (stream,))
    [event] = field.log.reader.read([record])
    return event.data


def planned(field: Field, fields: dict[str, Any]) -> dict[str, Any]:
    """The event of the visit that Anna requested on that Friday."""
    phone = Phone(field.log, field.anna)
    operation = phone.operation("request_visit", fields, at=FRIDAY)
    assert phone.result(operation, received_at=FRIDAY).status == "applied"
    data = recorded(field, operation["id"])
    return {name: getattr(data, name) for name in ("window_start", "zone", "local_start", "local_end")}


@pytest.mark.parametrize(
    ("zone", "at"), [("Europe/Berlin", "2026-10-25T10:00"), ("Atlantic/Canary", "2026-10-25T09:00")]
)
def test_a_visit_in_two_days_is_at_the_same_time_of_day_at_the_site(field: Field, zone: str, at: str) -> None:
    """Issue 9, 9: a request of Friday 10:00 was for Sunday 09:00."""
    plan = planned(field, {"work_order": str(order_at(field, zone))})
    assert plan["zone"] == zone
    assert format_local(plan["window_start"], zone) == at


def test_a_request_in_local_times_keeps_them(field: Field) -> None:
    local = {"local_start": "2026-10-30T10:00", "local_end": "2026-10-30T12:00"}
    plan = planned(field, {"work_order": str(order_at(field, "Atlantic/Canary")), **local})
    assert plan.items() >= {**local, "zone": "Atlantic/Canary"}.items()
    assert format_instant(plan["window_start"]) == "2026-10-30T10:00:00.000000Z"


@pytest.mark.parametrize(
    "window",
    [
        {"local_start": "2026-10-30T10:00+01:00"},
        {"local_start": "2026-10-30T10:00", "window_start": "2026-10-30T10:00:00Z"},
        {"local_start": "2026-10-30T10:00", "local_end": "2026-10-30T09:00"},
        {"local_start": "\u0662026-10-30T10:00"},
    ],
)
def test_an_impossible_window_is_quarantined_or_refused_and_blocks_nothing(
    field: Field, window: dict[str, str]
) -> None:
    phone = Phone(field.log, field.anna)
    order = str(field.order())
    operation = phone.operation("request_visit", {"work_order": order, **window})
    note = phone.operation("note_added", {"work_order": order, "text": "x"})
    results = phone.send(operation, note).results
    assert results[0].status in {"quarantined", "rejected"}
    assert results[1].status == "applied"


@pytest.mark.parametrize(
    ("technician", "van", "amount"),
    [("Europe/Berlin", None, 1200), ("Atlantic/Canary", None, 1000), ("Europe/Berlin", "America/New_York", 1000)],
)
def test_a_part_used_half_past_midnight_has_the_price_of_the_new_day(
    field: Field, technician: str, van: str | None, amount: int
) -> None:
    """Issue 9, 9: 00:30 on 1 November is November where the van is."""
    place = uuid4()
    save(field.log, Location.register(id=place, kind="van", name="Van 2", zone=van))
    decide(field.log, Technician, field.anna, "change", zone=technician)
    for day, cost in ((date(2026, 1, 1), 1000), (date(2026, 11, 1), 1200)):
        decide(field.log, Part, field.part, "set_cost", cost=Money(cost, "EUR"), from_=day)
    phone = Phone(field.log, field.anna)
    used = phone.operation("part_used", field.use(field.order()) | {"location": str(place)}, at=SATURDAY_NIGHT)
    phone.result(used, received_at=SATURDAY_NIGHT)
    assert recorded(field, used["id"]).cost == Money(amount, "EUR")
