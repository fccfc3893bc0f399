"""Issue 9, 9: each date belongs to the place that it is about."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import ApiClient
from tests.support.api_steps import command, create, customer, items, part, place, read, refusal

OLD, NEW = 1000, 1200


def priced(api: ApiClient) -> str:
    """A part that costs more from 1 November on."""
    pump = part(api)
    for day, amount in (("2025-01-01", OLD), ("2025-11-01", NEW)):
        command(api, f"parts/{pump}/set-cost", cost={"amount": amount, "currency": "EUR"}, **{"from": day})
    return pump


def cost_at(api: ApiClient, at: str, shelf: str, **more: Any) -> int:
    payload = {"kind": "receipt", "part": priced(api), "quantity": "1", "to": shelf}
    id = create(api, "stock-movements", occurred_at=at, **payload, **more)
    cost: int = read(api, f"stock-movements/{id}")["cost"]["amount"]
    return cost


@pytest.mark.parametrize(
    ("at", "zone", "amount"),
    [
        ("2025-11-01T00:30:00+01:00", None, NEW),
        ("2025-10-31T23:30:00Z", None, NEW),
        ("2025-10-31T23:59:59.999999+01:00", None, OLD),
        ("2025-11-01T00:30:00+01:00", "Atlantic/Canary", OLD),
        ("2025-11-01T00:30:00+00:00", "Atlantic/Canary", NEW),
        ("2025-11-01T02:00:00Z", "America/New_York", OLD),
        ("2025-10-31T12:00:00Z", "Pacific/Kiritimati", NEW),
    ],
)
def test_half_past_midnight_has_the_price_of_the_new_day(
    api: ApiClient, at: str, zone: str | None, amount: int
) -> None:
    """Issue 9, 9: the company's zone, or the one in which the request says that it happened."""
    assert cost_at(api, at, place(api), **({"zone": zone} if zone else {})) == amount


def test_a_store_with_a_zone_of_its_own_has_the_price_of_its_day(api: ApiClient) -> None:
    shelf = place(api, zone="Atlantic/Canary")
    assert read(api, f"locations/{shelf}")["zone"] == "Atlantic/Canary"
    assert cost_at(api, "2025-11-01T00:30:00+01:00", shelf) == OLD


def test_a_van_has_the_day_of_its_technician_and_a_store_at_a_customer_s_that_of_the_site(api: ApiClient) -> None:
    person = create(api, "technicians", name="Inés", zone="America/New_York", language="es")
    van = place(api, "van")
    command(api, f"technicians/{person}/assign-van", location=van)
    owner = customer(api)
    where = command(api, f"customers/{owner}/add-site", zone="Pacific/Kiritimati", address="Main Camp")["site"]
    store = create(api, "locations", kind="site", name="Their store", site=where)
    payload = {"kind": "transfer_in", "part": priced(api), "quantity": "1"}
    for shelf, at, amount in ((van, "2025-11-01T03:59:00Z", OLD), (store, "2025-10-31T10:00:00Z", NEW)):
        id = create(api, "stock-movements", occurred_at=at, to=shelf, **payload)
        assert read(api, f"stock-movements/{id}")["cost"]["amount"] == amount


@pytest.mark.parametrize(
    ("where", "zone", "basis"),
    [
        (
            {"address": "Calle Triana 12, Las Palmas", "country": "ES", "postcode": "35002"},
            "Atlantic/Canary",
            "postcode",
        ),
        ({"address": "Calle Triana 12", "country": "es", "region": "ES-GC"}, "Atlantic/Canary", "region"),
        ({"address": "Calle Triana 12, 35002 Las Palmas, Spain"}, "Atlantic/Canary", "address"),
        ({"address": "1-2-3 Ginza", "country": "JP"}, "Asia/Tokyo", "country"),
        ({"address": "Somewhere"}, "Europe/Berlin", "assumed"),
        ({"address": "Somewhere", "zone": "Atlantic/Canary"}, "Atlantic/Canary", "given"),
    ],
)
def test_a_site_has_the_zone_of_where_it_is(api: ApiClient, where: dict[str, str], zone: str, basis: str) -> None:
    """Issue 9, 9: a site in the Canary Islands, and what an assumed zone says of itself."""
    owner = customer(api)
    reply = command(api, f"customers/{owner}/add-site", **where)
    [shown] = read(api, f"customers/{owner}")["sites"]
    assert (reply["zone"], reply["zone_basis"]) == (shown["zone"], shown["zone_basis"]) == (zone, basis)
    assert shown["address"] == where["address"]


def test_where_several_zones_are_possible_they_are_named(api: ApiClient) -> None:
    owner = customer(api)
    path, payload = f"/api/v1/customers/{owner}/add-site", {"address": "1 Main St", "country": "ES"}
    reply = api.post(path, payload)
    assert (reply.status_code, (reply.json or {})["candidates"]) == (
        422,
        ["Europe/Madrid", "Atlantic/Canary"],
    )
    assert refusal(api, path.removeprefix("/api/v1/"), address="x", country="XX") == (400, "invalid-input")
    assert refusal(api, path.removeprefix("/api/v1/"), address="x", postcode="35002") == (400, "invalid-input")
    assert api.post(path, payload | {"zone": "Atlantic/Canary"}).status_code == 200


def test_a_site_that_moves_has_the_zone_of_its_new_address_unless_somebody_gave_one(api: ApiClient) -> None:
    owner = customer(api)
    assumed = command(api, f"customers/{owner}/add-site", address="Somewhere")["site"]
    given = command(api, f"customers/{owner}/add-site", address="Somewhere", zone="Europe/Vienna")["site"]
    for where in (assumed, given):
        command(api, f"customers/{owner}/change-site", site=where, address="Calle 1, 38001 Santa Cruz, Spain")
        command(api, f"customers/{owner}/change-site", site=where, address="Calle 2")
    zones = {each["id"]: (each["zone"], each["zone_basis"]) for each in read(api, f"customers/{owner}")["sites"]}
    assert zones == {assumed: ("Atlantic/Canary", "address"), given: ("Europe/Vienna", "given")}
    command(api, f"customers/{owner}/change-site", site=given, country="PT", postcode="9500-321")
    moved = {each["id"]: each["zone"] for each in read(api, f"customers/{owner}")["sites"]}
    assert moved[given] == "Atlantic/Azores"


def at_the_canaries(api: ApiClient) -> str:
    """A work order at a site in the Canary Islands."""
    owner = customer(api)
    where = command(api, f"customers/{owner}/add-site", zone="Atlantic/Canary", address="Triana 12")["site"]
    return create(api, "work-orders", customer=owner, site=where)


def test_a_visit_has_the_zone_of_its_site(api: ApiClient) -> None:
    """Issue 9, 9: not the company's."""
    window = {"window_start": "2026-10-30T10:00:00Z", "window_end": "2026-10-30T12:00:00Z"}
    shown = read(api, f"visits/{create(api, 'visits', work_order=at_the_canaries(api), **window)}")
    assert (shown["zone"], shown["local_start"]) == ("Atlantic/Canary", "2026-10-30T10:00")
    lives = customer(api, zone="America/New_York")
    order = create(api, "work-orders", customer=lives)
    assert read(api, f"visits/{create(api, 'visits', work_order=order, **window)}")["zone"] == "America/New_York"
    order = create(api, "work-orders", customer=customer(api))
    assert read(api, f"visits/{create(api, 'visits', work_order=order, **window)}")["zone"] == "Europe/Berlin"


def test_a_window_in_local_times_stays_what_the_clocks_at_the_place_show(api: ApiClient) -> None:
    """Issue 9, 9: Friday 10:00 is 10:00 there, before and after the clocks change."""
    order = at_the_canaries(api)
    local = {"local_start": "2026-10-23T10:00", "local_end": "2026-10-23T12:00"}
    id = create(api, "visits", work_order=order, **local)
    shown = read(api, f"visits/{id}")
    assert shown["window_start"] == "2026-10-23T09:00:00.000000Z"
    assert {name: shown[name] for name in local} == local
    later = {"local_start": "2026-10-30T10:00", "local_end": "2026-10-30T12:00"}
    command(api, f"visits/{id}/reschedule", **later)
    shown = read(api, f"visits/{id}")
    assert (shown["window_start"], shown["window_end"]) == (
        "2026-10-30T10:00:00.000000Z",
        "2026-10-30T12:00:00.000000Z",
    )
    assert {name: shown[name] for name in later} == later


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"local_start": "2026-10-23T10:00"},
        {"local_start": "2026-10-23T10:00Z", "local_end": "2026-10-23T12:00"},
        {"local_start": "2026-10-23T10:00", "local_end": "2026-10-23T09:00"},
        {"local_start": "2026-10-23T10:00", "window_start": "2026-10-23T10:00:00Z", "local_end": "2026-10-23T12:00"},
        {"local_start": "9999-12-31T23:59", "local_end": "9999-12-31T23:59:59"},
    ],
)
def test_a_window_is_said_in_one_way_and_has_both_ends(api: ApiClient, wrong: dict[str, str]) -> None:
    order = at_the_canaries(api)
    assert refusal(api, "visits", work_order=order, **wrong) == (400, "invalid-input")


def test_an_adjustment_has_the_price_of_the_day_too(api: ApiClient) -> None:
    pump, shelf = priced(api), place(api)
    sent = {"kind": "transfer_out", "part": pump, "quantity": "2", "from": shelf}
    assert api.post("/api/v1/stock-movements", sent, role="stock_keeper").status_code == 201
    [found] = items(api, "discrepancies?open=true")
    payload = {"movements": [{"part": pump, "quantity": "2", "to": shelf}], "occurred_at": "2025-11-01T00:30:00+01:00"}
    [made_right] = command(api, f"discrepancies/{found['id']}/adjust", **payload)["movements"]
    assert read(api, f"stock-movements/{made_right}")["cost"]["amount"] == NEW
