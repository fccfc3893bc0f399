"""The rules of stock movements over HTTP."""

from __future__ import annotations

from typing import Any

from domain.stock.location import VIRTUAL
from tests.api.conftest import House
from tests.support.api_steps import customer, items, made, part, place, read, refused, told

NOBODY = "0191cb40-11d2-7000-8f00-9d0f6b7c0001"


def received(house: House, shelf: str, what: str, quantity: str = "5", **more: Any) -> str:
    """Parts that came from a supplier."""
    return made(house, "stock-movements", kind="receipt", part=what, quantity=quantity, to=shelf, **more)


def test_a_receipt_comes_from_the_supplier_without_saying_so(house: House) -> None:
    shelf, pump = place(house), part(house)

    id = received(house, shelf, pump, "2.5")

    shown = read(house, f"stock-movements/{id}")
    assert (shown["kind"], shown["from"], shown["to"]) == ("receipt", str(VIRTUAL["supplier"]), shelf)
    assert (shown["part"], shown["quantity"], shown["cost"], shown["corrected_by"]) == (pump, "2.5", None, None)


def test_the_cost_of_the_day_is_frozen_on_the_movement(house: House) -> None:
    shelf, pump = place(house), part(house)
    for day, amount in (("2026-01-01", 1000), ("2026-02-01", 1200)):
        told(house, f"parts/{pump}/set-cost", cost={"amount": amount, "currency": "EUR"}, **{"from": day})

    january = received(house, shelf, pump, occurred_at="2026-01-31T12:00:00Z")
    told(house, f"parts/{pump}/set-cost", cost={"amount": 1, "currency": "EUR"}, **{"from": "2026-01-01"})

    assert read(house, f"stock-movements/{january}")["cost"] == {"amount": 1000, "currency": "EUR"}


def test_a_part_used_on_a_work_order_goes_to_its_machine_and_counts_for_its_case(house: House) -> None:
    shelf, pump, owner = place(house), part(house), customer(house)
    case = made(house, "cases", customer=owner, topic="troubleshooting")
    machine = made(house, "equipment", model="X", customer=owner)
    order = made(house, "work-orders", case=case, equipment=machine)
    visit = made(
        house,
        "visits",
        work_order=order,
        zone="Europe/Berlin",
        window_start="2026-01-05T09:00:00Z",
        window_end="2026-01-05T11:00:00Z",
    )
    received(house, shelf, pump)

    id = made(house, "stock-movements", kind="consumption", part=pump, quantity="1", visit=visit, **{"from": shelf})

    shown = read(house, f"stock-movements/{id}")
    assert (shown["to"], shown["equipment"]) == (machine, machine)
    assert (shown["work_order"], shown["case"], shown["customer"]) == (order, case, owner)
    assert refused(
        house, "stock-movements", kind="consumption", part=pump, quantity="1", visit=visit, work_order=NOBODY, to=shelf
    ) == (409, "visit-of-another-order")


def test_a_consumption_says_what_it_was_for(house: House) -> None:
    shelf, pump = place(house), part(house)
    payload = {"kind": "consumption", "part": pump, "quantity": "1", "from": shelf}

    assert refused(house, "stock-movements", **payload) == (409, "work-not-named")


def test_a_transfer_leaves_one_place_for_transit_and_reaches_another_from_there(house: House) -> None:
    shelf, van, pump = place(house), place(house, "van"), part(house)
    received(house, shelf, pump)

    made(house, "stock-movements", kind="transfer_out", part=pump, quantity="2", **{"from": shelf})
    [under_way] = items(house, f"stock?location={shelf}")
    made(house, "stock-movements", kind="transfer_in", part=pump, quantity="2", to=van)

    assert (under_way["on_hand"], under_way["in_transit"]) == ("3", "2")
    assert {row["location"]: row["on_hand"] for row in items(house, "stock")} == {shelf: "3", van: "2"}


def test_a_movement_keeps_to_the_ways_of_its_kind(house: House) -> None:
    shelf, van, pump = place(house), place(house, "van"), part(house)
    payload = {"kind": "receipt", "part": pump, "quantity": "1"}

    assert refused(house, "stock-movements", **payload, to=van) == (409, "wrong-route")
    assert refused(house, "stock-movements", **payload, to=NOBODY)[0] == 404
    assert refused(house, "stock-movements", **payload | {"part": NOBODY}, to=shelf)[0] == 404


def test_a_movement_that_leaves_a_place_open_says_where_to(house: House) -> None:
    reply = house.post("/api/v1/stock-movements", {"kind": "receipt", "part": part(house), "quantity": "1"})

    assert reply.status_code == 400
    assert [each["pointer"] for each in (reply.json or {})["errors"]] == ["/to"]


def test_nothing_new_goes_to_a_retired_place_but_what_is_there_may_leave(house: House) -> None:
    shelf, pump = place(house), part(house)
    received(house, shelf, pump)
    told(house, f"locations/{shelf}/retire")
    payload = {"part": pump, "quantity": "1"}

    assert refused(house, "stock-movements", kind="receipt", to=shelf, **payload) == (409, "location-is-retired")
    made(house, "stock-movements", kind="transfer_out", **payload, **{"from": shelf})


def test_each_unit_of_a_serialised_part_is_named(house: House) -> None:
    shelf, pump = place(house), part(house, tracking="serial")
    payload = {"kind": "receipt", "part": pump, "quantity": "2", "to": shelf}

    assert refused(house, "stock-movements", **payload, serials=["A"]) == (409, "serials-do-not-match")
    assert read(house, f"stock-movements/{received(house, shelf, pump, '2', serials=['A', 'B'])}")["serials"] == [
        "A",
        "B",
    ]


def test_scrapping_needs_a_reason_and_words_about_it_are_not_shown(house: House) -> None:
    shelf, pump = place(house), part(house)
    received(house, shelf, pump)
    payload = {"kind": "scrap", "part": pump, "quantity": "1", "from": shelf}

    assert refused(house, "stock-movements", **payload) == (409, "reason-not-named")
    by_code = made(house, "stock-movements", **payload, reason="damaged")
    in_words = made(house, "stock-movements", **payload, reason="Herr Linde trod on it")

    assert read(house, f"stock-movements/{by_code}")["reason"] == "damaged"
    assert read(house, f"stock-movements/{in_words}")["reason"] == "other"


def test_taking_a_movement_back_twice_takes_it_back_once_and_leaves_it_in_the_books(house: House) -> None:
    shelf, pump = place(house), part(house)
    id = received(house, shelf, pump)

    correction = told(house, f"stock-movements/{id}/correct", reason="wrong_part")["correction"]
    again = told(house, f"stock-movements/{id}/correct", reason="wrong_part")["correction"]

    assert correction == again
    assert read(house, f"stock-movements/{id}")["corrected_by"] == correction
    assert [row["on_hand"] for row in items(house, f"stock?location={shelf}")] == ["0"]
    assert len(items(house, "stock-movements")) == 2


def test_movements_are_found_by_part_place_work_and_time(house: House) -> None:
    shelf, other, pump, hose = place(house), place(house), part(house), part(house, number="P-2")
    early = received(house, shelf, pump, occurred_at="2026-01-01T00:00:00Z")
    late = received(house, other, hose, occurred_at="2026-02-01T00:00:00Z")

    def found(query: str) -> list[str]:
        return [row["id"] for row in items(house, f"stock-movements?{query}")]

    assert found(f"part={pump}") == found(f"location={shelf}") == found("until=2026-01-15T00:00:00Z") == [early]
    assert found("since=2026-01-15T00:00:00Z") == [late]
    assert found("kind=receipt") == [late, early]
    assert found(f"work_order={NOBODY}") == []
