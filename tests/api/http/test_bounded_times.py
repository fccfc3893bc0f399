"""Issue 9, 10: an impossible time is refused with what to do, and recorded ones do not spoil the order of lists."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.care.contact import Contact
from domain.kernel.instant import now
from tests.api.conftest import ApiClient
from tests.support.api_steps import case, create, customer, items, part
from tests.support.field_setup import Field, Phone

DAY = timedelta(days=1)


def pointers(api: ApiClient, path: str, **body: Any) -> tuple[int, list[str]]:
    reply = api.post(f"/api/v1/{path}", body)
    return reply.status_code, [each["pointer"] for each in (reply.json or {}).get("errors", [])]


@pytest.mark.parametrize("name", ["started_at", "ended_at"])
@pytest.mark.parametrize("at", ["2099-01-01T00:00:00Z", "1899-12-31T00:00:00Z", "0001-01-01T00:00:00Z"])
def test_a_contact_is_of_a_time_that_can_have_been(api: ApiClient, name: str, at: str) -> None:
    """Issue 9, 10: the instance that was found: one that started in 2099."""
    assert pointers(api, "contacts", channel="phone", **{name: at}) == (400, [f"/{name}"])


def test_a_contact_may_start_a_little_ahead_of_our_clock_and_long_ago(api: ApiClient) -> None:
    """Issue 9, 10: clocks differ, and history is told."""
    for at in (now() + timedelta(minutes=4), datetime.fromisoformat("1970-01-01T00:00:00+00:00")):
        assert api.post("/api/v1/contacts", {"channel": "phone", "started_at": at.isoformat()}).status_code == 201


def test_a_contact_that_is_on_record_with_2099_heads_no_list(api: ApiClient) -> None:
    """Issue 9, 10: old records stay; the list has them where they were recorded."""
    poison = Contact.receive(
        id=uuid4(), channel="phone", direction="in", started_at=datetime.fromisoformat("2099-01-01T00:00:00+00:00")
    )
    api.commit(poison)
    newest = create(api, "contacts", channel="email")

    first = api.get("/api/v1/contacts?limit=1").json or {}
    rest = api.get(f"/api/v1/contacts?limit=1&cursor={first['next']}").json or {}

    assert [first["items"][0]["id"], rest["items"][0]["id"]] == [newest, str(poison.id)]
    assert rest["items"][0]["started_at"].startswith("2099")


def test_a_case_is_not_first_told_about_in_the_future(api: ApiClient) -> None:
    """Issue 9, 10: a sibling."""
    payload = {"customer": customer(api), "topic": "billing", "first_contact_at": (now() + DAY).isoformat()}

    assert pointers(api, "cases", **payload) == (400, ["/first_contact_at"])


@pytest.mark.parametrize("start", ["2099-01-01T09:00:00Z", "0026-01-06T09:00:00Z", "9999-12-31T22:00:00Z"])
def test_a_window_is_within_the_years_that_somebody_plans_for(api: ApiClient, start: str) -> None:
    """Issue 9, 10: a sibling, for planning and for moving."""
    order = create(api, "work-orders", customer=customer(api))
    end = start.replace("T09", "T10").replace("T22", "T23")
    window = {"window_start": start, "window_end": end}

    assert pointers(api, "visits", work_order=order, zone="UTC", **window)[1] == ["/window_start", "/window_end"]
    good = {"window_start": "2026-12-01T09:00:00Z", "window_end": "2026-12-01T10:00:00Z"}
    visit = create(api, "visits", work_order=order, zone="UTC", **good)
    assert pointers(api, f"visits/{visit}/reschedule", **window)[1] == ["/window_start", "/window_end"]
    long = good | {"window_end": "2028-12-01T10:00:00Z"}
    assert pointers(api, f"visits/{visit}/reschedule", **long) == (400, ["/window_end"])


def test_costs_and_warranties_have_days_within_bounds(api: ApiClient) -> None:
    """Issue 9, 10: siblings that are days."""
    pump = part(api)
    machine = create(api, "equipment", model="Pump 3")
    cost = {"cost": {"amount": 7, "currency": "EUR"}}
    terms = {"terms": "full"}

    assert pointers(api, f"parts/{pump}/set-cost", **cost, **{"from": "2999-01-01"}) == (400, ["/from"])
    assert pointers(api, f"parts/{pump}/set-cost", **cost, **{"from": "0205-01-01"}) == (400, ["/from"])
    set_ = f"equipment/{machine}/set-warranty"
    assert pointers(api, set_, **terms, **{"from": "2026-01-01", "until": "9999-12-31"}) == (400, ["/until"])
    assert api.post(f"/api/v1/{set_}", terms | {"from": "2026-01-01", "until": "2036-01-01"}).status_code == 200


def test_nothing_of_the_office_happened_before_1900(api: ApiClient) -> None:
    """Issue 9, 10: `occurred_at` itself."""
    assert pointers(api, "contacts", channel="phone", occurred_at="1066-10-14T09:00:00Z") == (400, ["/occurred_at"])
    assert case(api, customer(api), occurred_at="1970-01-01T00:00:00Z")


def test_a_device_that_claims_a_time_before_1900_is_suspect_and_never_refused(api: ApiClient) -> None:
    """Issue 9, 10: a fact stays a fact; with `seen` 0 as well."""
    field = Field(api.services.log)
    phone = Phone(field.log, field.anna)
    payload = {"customer": str(field.customer), "reason": "x", "summary": "y"}
    spoke = phone.operation("customer_spoke", payload, at=datetime.fromisoformat("0001-01-01T00:00:00+00:00"))

    result = phone.result(spoke, received_at=now())

    assert (result.status, [notice["code"] for notice in result.notices]) == ("conflicted", ["clock_suspect"])
    assert items(api, "contacts")[0]["started_at"] > "2020"


def test_a_phone_asks_for_no_visit_in_9999(api: ApiClient) -> None:
    """Issue 9, 10: a request, so it is put before the office and plans nothing."""
    field = Field(api.services.log)
    phone = Phone(field.log, field.anna)
    payload = {"work_order": str(field.order()), "window_start": "9999-12-31T23:00:00Z"}

    result = phone.result(phone.operation("request_visit", payload, at=now()), received_at=now())

    assert (result.status, items(api, "visits")) == ("quarantined", [])
