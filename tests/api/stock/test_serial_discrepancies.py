"""The rules of settling what does not fit about one unit, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import House
from tests.support.api_steps import items, made, part, place, read, told

SERIAL = "B-0001"


def sent_twice(house: House) -> dict[str, Any]:
    """The discrepancy of a unit that left a shelf, and then another."""
    board, shelf, other = part(house, tracking="serial"), place(house), place(house)
    payload: dict[str, Any] = {"part": board, "quantity": "1", "serials": [SERIAL]}
    made(house, "stock-movements", kind="receipt", to=shelf, **payload)
    for where in (shelf, other):
        sent = house.post(
            "/api/v1/stock-movements", payload | {"kind": "transfer_out", "from": where}, role="stock_keeper"
        )
        assert sent.status_code == 201, sent.text
    [found] = items(house, f"discrepancies?kind=serial_elsewhere&part={board}")
    return found


def test_a_discrepancy_names_the_unit_and_both_movements(house: House) -> None:
    found = sent_twice(house)

    assert found["refs"] == {"part": found["part"], "serial": SERIAL}
    assert (found["status"], found["owner_role"], len(found["events"])) == ("open", "dispatcher", 2)


@pytest.mark.parametrize(
    ("word", "body", "status"),
    [
        ("assign", {"to": "{admin}"}, "assigned"),
        ("explain", {"by_event": "{movement}"}, "explained"),
        ("write-off", {"reason": "unknown"}, "settled"),
    ],
)
def test_it_is_decided_about_like_any_other(house: House, word: str, body: dict[str, Any], status: str) -> None:
    admin, found = house.user("admin"), sent_twice(house)
    names = {"admin": admin, "movement": found["events"][0]["stream"]}

    told(house, f"discrepancies/{found['id']}/{word}", **{key: text.format(**names) for key, text in body.items()})

    assert read(house, f"discrepancies/{found['id']}")["status"] == status


def test_an_adjustment_puts_the_unit_where_it_is_and_keeps_the_quantities_right(house: House) -> None:
    found = sent_twice(house)
    [short] = items(house, f"discrepancies?kind=negative_book&part={found['part']}")
    line = {"part": found["part"], "quantity": "1", "serials": [SERIAL]}

    told(house, f"discrepancies/{found['id']}/adjust", movements=[line | {"to": short["location"]}])

    assert read(house, f"discrepancies/{found['id']}")["status"] == "settled"
    balances = {row["location"]: row["on_hand"] for row in items(house, f"stock?location={short['location']}")}
    assert balances == {short["location"]: "0"}
    assert items(house, f"discrepancies?kind=negative_book&part={found['part']}") == []
    made(house, "stock-movements", kind="transfer_in", to=short["location"], **line)
    assert read(house, f"discrepancies/{found['id']}")["open"] is True, "it was on the shelf already"


def test_who_moved_the_unit_does_not_settle_it(house: House) -> None:
    found = sent_twice(house)
    path = f"/api/v1/discrepancies/{found['id']}/write-off"

    assert house.post(path, {"reason": "unknown"}, role="stock_keeper").status_code == 409
    assert house.post(path, {"reason": "unknown"}, role="service_manager").status_code == 200
