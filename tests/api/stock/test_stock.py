"""The rules of stock over HTTP."""

from __future__ import annotations

from domain.stock.location import VIRTUAL, Location
from tests.api.conftest import House
from tests.support.api_steps import items, made, part, place, read, told


def test_stock_is_one_line_a_place_and_part(house: House) -> None:
    shelf, pump = place(house), part(house, number="P-1")
    for quantity in ("5", "2.5"):
        made(house, "stock-movements", kind="receipt", part=pump, quantity=quantity, to=shelf)

    [line] = items(house, "stock")

    assert (line["location"], line["part"], line["part_number"]) == (shelf, pump, "P-1")
    assert (line["on_hand"], line["reserved"], line["in_transit"], line["unexplained"]) == ("7.5", "0", "0", "0")


def test_places_that_exist_only_in_the_books_are_shown_when_asked_for(house: House) -> None:
    shelf, pump = place(house), part(house)
    made(house, "stock-movements", kind="receipt", part=pump, quantity="5", to=shelf)

    [line] = items(house, f"stock?location={VIRTUAL['supplier']}")

    assert line["on_hand"] == "-5"


def test_places_that_only_exist_in_the_books_are_left_out_also_where_they_are_registered(house: House) -> None:
    house.commit(*(Location.register(id=id, kind=kind, name=kind) for kind, id in VIRTUAL.items()))
    shelf, pump = place(house), part(house)
    made(house, "stock-movements", kind="receipt", part=pump, quantity="5", to=shelf)

    assert [line["location"] for line in items(house, "stock")] == [shelf]


def test_what_runs_low_is_found(house: House) -> None:
    shelf, plenty, few = place(house), part(house), part(house, number="P-2")
    for what, quantity in ((plenty, "10"), (few, "1")):
        made(house, "stock-movements", kind="receipt", part=what, quantity=quantity, to=shelf)

    assert [line["part"] for line in items(house, "stock?below=2")] == [few]


def test_stock_is_read_page_by_page(house: House) -> None:
    shelf, pump = place(house), part(house)
    shelves = sorted([shelf, place(house)])
    for each in shelves:
        made(house, "stock-movements", kind="receipt", part=pump, quantity="1", to=each)

    first = read(house, "stock?limit=1")
    second = read(house, f"stock?limit=1&cursor={first['next']}")

    assert [line["location"] for line in first["items"] + second["items"]] == shelves
    assert second["next"] is None


def test_why_there_is_so_much_is_told_by_lines_that_add_up(house: House) -> None:
    shelf, pump = place(house), part(house)
    came = made(
        house,
        "stock-movements",
        kind="receipt",
        part=pump,
        quantity="5",
        to=shelf,
        occurred_at="2026-01-01T00:00:00Z",
    )
    told(house, f"stock-movements/{came}/correct", reason="wrong_quantity")
    made(house, "stock-movements", kind="receipt", part=pump, quantity="4", to=shelf)

    why = read(house, f"stock/{shelf}/{pump}/explain")
    last = read(house, f"stock/{shelf}/{pump}/explain?limit=1")

    assert (why["on_hand"], why["opening"]) == ("4", "0")
    assert [line["change"] for line in why["lines"]] == ["5", "-5", "4"]
    assert why["lines"][-1]["balance"] == "4"
    assert why["lines"][0]["movement"] == came
    assert isinstance(why["lines"][0]["delay"], int)
    assert len(last["lines"]) == 1


def test_stock_is_told_as_of_a_day(house: House) -> None:
    shelf, pump = place(house, occurred_at="2025-12-01T00:00:00Z"), part(house)
    for day, quantity in (("2026-01-01", "5"), ("2026-02-01", "3")):
        made(
            house,
            "stock-movements",
            kind="receipt",
            part=pump,
            quantity=quantity,
            to=shelf,
            occurred_at=f"{day}T00:00:00Z",
        )

    assert [line["on_hand"] for line in items(house, "stock?as_of=2026-01-15T00:00:00Z")] == ["5"]
    assert read(house, f"stock/{shelf}/{pump}/explain?as_of=2026-01-15T00:00:00Z")["on_hand"] == "5"


def test_there_is_nothing_to_tell_about_a_part_that_never_was_at_a_place(house: House) -> None:
    shelf, pump = place(house), part(house)

    assert house.get(f"/api/v1/stock/{shelf}/{pump}/explain").status_code == 404
