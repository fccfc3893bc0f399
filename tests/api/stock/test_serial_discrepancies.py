"""The rules of settling what does not fit about one unit, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import ApiClient
from tests.support.api_steps import command, create, items, part, place, read

SERIAL = "B-0001"


def sent_twice(api: ApiClient) -> dict[str, Any]:
    """The discrepancy of a unit that left a shelf, and then another."""
    board, shelf, other = part(api, tracking="serial"), place(api), place(api)
    payload: dict[str, Any] = {"part": board, "quantity": "1", "serials": [SERIAL]}
    create(api, "stock-movements", kind="receipt", to=shelf, **payload)
    for where in (shelf, other):
        sent = api.post(
            "/api/v1/stock-movements", payload | {"kind": "transfer_out", "from": where}, role="stock_keeper"
        )
        assert sent.status_code == 201, sent.text
    [found] = items(api, f"discrepancies?kind=serial_elsewhere&part={board}")
    return found


def test_a_discrepancy_names_the_unit_and_both_movements(api: ApiClient) -> None:
    found = sent_twice(api)

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
def test_it_is_decided_about_like_any_other(api: ApiClient, word: str, body: dict[str, Any], status: str) -> None:
    admin, found = api.user("admin"), sent_twice(api)
    names = {"admin": admin, "movement": found["events"][0]["stream"]}

    command(api, f"discrepancies/{found['id']}/{word}", **{key: text.format(**names) for key, text in body.items()})

    assert read(api, f"discrepancies/{found['id']}")["status"] == status


def test_an_adjustment_puts_the_unit_where_it_is_and_keeps_the_quantities_right(api: ApiClient) -> None:
    found = sent_twice(api)
    [short] = items(api, f"discrepancies?kind=negative_book&part={found['part']}")
    line = {"part": found["part"], "quantity": "1", "serials": [SERIAL]}

    command(api, f"discrepancies/{found['id']}/adjust", movements=[line | {"to": short["location"]}])

    assert read(api, f"discrepancies/{found['id']}")["status"] == "settled"
    balances = {row["location"]: row["on_hand"] for row in items(api, f"stock?location={short['location']}")}
    assert balances == {short["location"]: "0"}
    assert items(api, f"discrepancies?kind=negative_book&part={found['part']}") == []
    create(api, "stock-movements", kind="transfer_in", to=short["location"], **line)
    assert read(api, f"discrepancies/{found['id']}")["open"] is True, "it was on the shelf already"


def test_who_moved_the_unit_does_not_settle_it(api: ApiClient) -> None:
    found = sent_twice(api)
    path = f"/api/v1/discrepancies/{found['id']}/write-off"

    assert api.post(path, {"reason": "unknown"}, role="stock_keeper").status_code == 409
    assert api.post(path, {"reason": "unknown"}, role="service_manager").status_code == 200
