"""The rules of stock over HTTP."""

from __future__ import annotations

from domain.stock.location import VIRTUAL, Location
from tests.api.conftest import ApiClient
from tests.support.api_steps import command, create, items, part, place, read


def test_stock_is_one_line_a_place_and_part(api: ApiClient) -> None:
    shelf, pump = place(api), part(api, number="P-1")
    for quantity in ("5", "2.5"):
        create(api, "stock-movements", kind="receipt", part=pump, quantity=quantity, to=shelf)

    [line] = items(api, "stock")

    assert (line["location"], line["part"], line["part_number"]) == (shelf, pump, "P-1")
    assert (line["on_hand"], line["reserved"], line["in_transit"], line["unexplained"]) == ("7.5", "0", "0", "0")


def test_places_that_exist_only_in_the_books_are_shown_when_asked_for(api: ApiClient) -> None:
    shelf, pump = place(api), part(api)
    create(api, "stock-movements", kind="receipt", part=pump, quantity="5", to=shelf)

    [line] = items(api, f"stock?location={VIRTUAL['supplier']}")

    assert line["on_hand"] == "-5"


def test_places_that_only_exist_in_the_books_are_left_out_also_where_they_are_registered(api: ApiClient) -> None:
    api.commit(*(Location.register(id=id, kind=kind, name=kind) for kind, id in VIRTUAL.items()))
    shelf, pump = place(api), part(api)
    create(api, "stock-movements", kind="receipt", part=pump, quantity="5", to=shelf)

    assert [line["location"] for line in items(api, "stock")] == [shelf]


def test_what_runs_low_is_found(api: ApiClient) -> None:
    shelf, plenty, few = place(api), part(api), part(api, number="P-2")
    for what, quantity in ((plenty, "10"), (few, "1")):
        create(api, "stock-movements", kind="receipt", part=what, quantity=quantity, to=shelf)

    assert [line["part"] for line in items(api, "stock?below=2")] == [few]


def test_stock_is_read_page_by_page(api: ApiClient) -> None:
    shelf, pump = place(api), part(api)
    shelves = sorted([shelf, place(api)])
    for each in shelves:
        create(api, "stock-movements", kind="receipt", part=pump, quantity="1", to=each)

    first = read(api, "stock?limit=1")
    second = read(api, f"stock?limit=1&cursor={first['next']}")

    assert [line["location"] for line in first["items"] + second["items"]] == shelves
    assert second["next"] is None


def test_why_there_is_so_much_is_told_by_lines_that_add_up(api: ApiClient) -> None:
    shelf, pump = place(api), part(api)
    came = create(
        api,
        "stock-movements",
        kind="receipt",
        part=pump,
        quantity="5",
        to=shelf,
        occurred_at="2026-01-01T00:00:00Z",
    )
    command(api, f"stock-movements/{came}/correct", reason="wrong_quantity")
    create(api, "stock-movements", kind="receipt", part=pump, quantity="4", to=shelf)

    why = read(api, f"stock/{shelf}/{pump}/explain")
    last = read(api, f"stock/{shelf}/{pump}/explain?limit=1")

    assert (why["on_hand"], why["opening"]) == ("4", "0")
    assert [line["change"] for line in why["lines"]] == ["5", "-5", "4"]
    assert why["lines"][-1]["balance"] == "4"
    assert why["lines"][0]["movement"] == came
    assert isinstance(why["lines"][0]["delay"], int)
    assert len(last["lines"]) == 1


def test_stock_is_told_as_of_a_day(api: ApiClient) -> None:
    shelf, pump = place(api, occurred_at="2025-12-01T00:00:00Z"), part(api)
    for day, quantity in (("2026-01-01", "5"), ("2026-02-01", "3")):
        create(
            api,
            "stock-movements",
            kind="receipt",
            part=pump,
            quantity=quantity,
            to=shelf,
            occurred_at=f"{day}T00:00:00Z",
        )

    assert [line["on_hand"] for line in items(api, "stock?as_of=2026-01-15T00:00:00Z")] == ["5"]
    assert read(api, f"stock/{shelf}/{pump}/explain?as_of=2026-01-15T00:00:00Z")["on_hand"] == "5"


def test_there_is_nothing_to_tell_about_a_part_that_never_was_at_a_place(api: ApiClient) -> None:
    shelf, pump = place(api), part(api)

    assert api.get(f"/api/v1/stock/{shelf}/{pump}/explain").status_code == 404
