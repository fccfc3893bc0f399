"""The rules of stock movements over HTTP."""

from __future__ import annotations

from typing import Any

from domain.stock.location import VIRTUAL
from tests.api.conftest import ApiClient
from tests.support.api_steps import command, create, customer, items, part, place, read, refusal

NOBODY = "0191cb40-11d2-7000-8f00-9d0f6b7c0001"


def received(api: ApiClient, shelf: str, what: str, quantity: str = "5", **more: Any) -> str:
    """Parts that came from a supplier."""
    return create(api, "stock-movements", kind="receipt", part=what, quantity=quantity, to=shelf, **more)


def test_a_receipt_comes_from_the_supplier_without_saying_so(api: ApiClient) -> None:
    shelf, pump = place(api), part(api)

    id = received(api, shelf, pump, "2.5")

    shown = read(api, f"stock-movements/{id}")
    assert (shown["kind"], shown["from"], shown["to"]) == ("receipt", str(VIRTUAL["supplier"]), shelf)
    assert (shown["part"], shown["quantity"], shown["cost"], shown["corrected_by"]) == (pump, "2.5", None, None)


def test_the_cost_of_the_day_is_frozen_on_the_movement(api: ApiClient) -> None:
    shelf, pump = place(api), part(api)
    for day, amount in (("2026-01-01", 1000), ("2026-02-01", 1200)):
        command(api, f"parts/{pump}/set-cost", cost={"amount": amount, "currency": "EUR"}, **{"from": day})

    january = received(api, shelf, pump, occurred_at="2026-01-31T12:00:00Z")
    command(api, f"parts/{pump}/set-cost", cost={"amount": 1, "currency": "EUR"}, **{"from": "2026-01-01"})

    assert read(api, f"stock-movements/{january}")["cost"] == {"amount": 1000, "currency": "EUR"}


def test_a_part_used_on_a_work_order_goes_to_its_machine_and_counts_for_its_case(api: ApiClient) -> None:
    shelf, pump, owner = place(api), part(api), customer(api)
    case = create(api, "cases", customer=owner, topic="troubleshooting")
    machine = create(api, "equipment", model="X", customer=owner)
    order = create(api, "work-orders", case=case, equipment=machine)
    visit = create(
        api,
        "visits",
        work_order=order,
        zone="Europe/Berlin",
        window_start="2026-01-05T09:00:00Z",
        window_end="2026-01-05T11:00:00Z",
    )
    received(api, shelf, pump)

    id = create(api, "stock-movements", kind="consumption", part=pump, quantity="1", visit=visit, **{"from": shelf})

    shown = read(api, f"stock-movements/{id}")
    assert (shown["to"], shown["equipment"]) == (machine, machine)
    assert (shown["work_order"], shown["case"], shown["customer"]) == (order, case, owner)
    assert refusal(
        api, "stock-movements", kind="consumption", part=pump, quantity="1", visit=visit, work_order=NOBODY, to=shelf
    ) == (409, "visit-of-another-order")


def test_a_consumption_says_what_it_was_for(api: ApiClient) -> None:
    shelf, pump = place(api), part(api)
    payload = {"kind": "consumption", "part": pump, "quantity": "1", "from": shelf}

    assert refusal(api, "stock-movements", **payload) == (409, "work-not-named")


def test_a_transfer_leaves_one_place_for_transit_and_reaches_another_from_there(api: ApiClient) -> None:
    shelf, van, pump = place(api), place(api, "van"), part(api)
    received(api, shelf, pump)

    create(api, "stock-movements", kind="transfer_out", part=pump, quantity="2", **{"from": shelf})
    [under_way] = items(api, f"stock?location={shelf}")
    create(api, "stock-movements", kind="transfer_in", part=pump, quantity="2", to=van)

    assert (under_way["on_hand"], under_way["in_transit"]) == ("3", "2")
    assert {row["location"]: row["on_hand"] for row in items(api, "stock")} == {shelf: "3", van: "2"}


def test_a_movement_keeps_to_the_ways_of_its_kind(api: ApiClient) -> None:
    shelf, van, pump = place(api), place(api, "van"), part(api)
    payload = {"kind": "receipt", "part": pump, "quantity": "1"}

    assert refusal(api, "stock-movements", **payload, to=van) == (409, "wrong-route")
    assert refusal(api, "stock-movements", **payload, to=NOBODY)[0] == 404
    assert refusal(api, "stock-movements", **payload | {"part": NOBODY}, to=shelf)[0] == 404


def test_a_movement_that_leaves_a_place_open_says_where_to(api: ApiClient) -> None:
    reply = api.post("/api/v1/stock-movements", {"kind": "receipt", "part": part(api), "quantity": "1"})

    assert reply.status_code == 400
    assert [each["pointer"] for each in (reply.json or {})["errors"]] == ["/to"]


def test_nothing_new_goes_to_a_retired_place_but_what_is_there_may_leave(api: ApiClient) -> None:
    shelf, pump = place(api), part(api)
    received(api, shelf, pump)
    command(api, f"locations/{shelf}/retire")
    payload = {"part": pump, "quantity": "1"}

    assert refusal(api, "stock-movements", kind="receipt", to=shelf, **payload) == (409, "location-is-retired")
    create(api, "stock-movements", kind="transfer_out", **payload, **{"from": shelf})


def test_each_unit_of_a_serialised_part_is_named(api: ApiClient) -> None:
    shelf, pump = place(api), part(api, tracking="serial")
    payload = {"kind": "receipt", "part": pump, "quantity": "2", "to": shelf}

    assert refusal(api, "stock-movements", **payload, serials=["A"]) == (409, "serials-do-not-match")
    assert read(api, f"stock-movements/{received(api, shelf, pump, '2', serials=['A', 'B'])}")["serials"] == [
        "A",
        "B",
    ]


def test_scrapping_needs_a_reason_and_words_about_it_are_not_shown(api: ApiClient) -> None:
    shelf, pump = place(api), part(api)
    received(api, shelf, pump)
    payload = {"kind": "scrap", "part": pump, "quantity": "1", "from": shelf}

    assert refusal(api, "stock-movements", **payload) == (409, "reason-not-named")
    by_code = create(api, "stock-movements", **payload, reason="damaged")
    in_words = create(api, "stock-movements", **payload, reason="Herr Linde trod on it")

    assert read(api, f"stock-movements/{by_code}")["reason"] == "damaged"
    assert read(api, f"stock-movements/{in_words}")["reason"] == "other"


def test_taking_a_movement_back_twice_takes_it_back_once_and_leaves_it_in_the_books(api: ApiClient) -> None:
    shelf, pump = place(api), part(api)
    id = received(api, shelf, pump)

    correction = command(api, f"stock-movements/{id}/correct", reason="wrong_part")["correction"]
    again = command(api, f"stock-movements/{id}/correct", reason="wrong_part")["correction"]

    assert correction == again
    assert read(api, f"stock-movements/{id}")["corrected_by"] == correction
    assert [row["on_hand"] for row in items(api, f"stock?location={shelf}")] == ["0"]
    assert len(items(api, "stock-movements")) == 2


def test_movements_are_found_by_part_place_work_and_time(api: ApiClient) -> None:
    shelf, other, pump, hose = place(api), place(api), part(api), part(api, number="P-2")
    early = received(api, shelf, pump, occurred_at="2026-01-01T00:00:00Z")
    late = received(api, other, hose, occurred_at="2026-02-01T00:00:00Z")

    def found(query: str) -> list[str]:
        return [row["id"] for row in items(api, f"stock-movements?{query}")]

    assert found(f"part={pump}") == found(f"location={shelf}") == found("until=2026-01-15T00:00:00Z") == [early]
    assert found("since=2026-01-15T00:00:00Z") == [late]
    assert found("kind=receipt") == [late, early]
    assert found(f"work_order={NOBODY}") == []
