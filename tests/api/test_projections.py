"""The rules of the views over HTTP: where they stand, made anew, proved equal to the log."""

from __future__ import annotations

from typing import Any

import pytest

from projections.catalogue import PROJECTIONS
from projections.parts import Parts
from projections.replay import with_needs
from tests.api.conftest import House

PUMP: dict[str, Any] = {"number": "P-1", "names": [{"language": "de", "text": "Pumpe"}], "unit": "pcs"}


def test_every_view_says_how_far_it_has_got(house: House) -> None:
    done = house.post("/api/v1/parts", PUMP).json
    behind = house.ask("GET", "/api/v1/projections").json
    caught_up = house.get("/api/v1/projections").json

    assert done is not None
    assert behind is not None
    assert caught_up is not None
    assert {item["name"] for item in caught_up["items"]} == {each.name for each in with_needs(PROJECTIONS)}
    assert {item["lag"] for item in behind["items"]} == {done["position"]}
    [parts] = [item for item in caught_up["items"] if item["name"] == "parts"]
    assert (parts["state"], parts["lag"], parts["rows"]) == ("ready", 0, {"parts": 1})


def test_a_view_is_made_anew_and_says_the_same(house: House) -> None:
    house.post("/api/v1/parts", PUMP)
    before = house.get("/api/v1/parts").json

    rebuilt = house.post("/api/v1/projections/parts/rebuild")

    assert rebuilt.status_code == 200
    assert house.ask("GET", "/api/v1/parts").json == before


def test_a_view_that_cannot_be_made_anew_stays_and_the_asker_is_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 8, 2: a rebuild ends with an answer, whatever the events are."""
    house.post("/api/v1/parts", PUMP)
    before = house.get("/api/v1/parts").json

    def stumble(*_: Any) -> None:
        raise LookupError

    monkeypatch.setitem(Parts.folds, "part.registered", stumble)
    refused = house.post("/api/v1/projections/parts/rebuild")

    assert refused.status_code == 409
    assert refused.json is not None
    assert refused.json["detail"] == "The view parts cannot fold the event at position 2."
    assert house.ask("GET", "/api/v1/parts").json == before


def test_a_view_that_was_tampered_with_does_not_verify_until_it_is_made_anew(house: House) -> None:
    house.post("/api/v1/parts", PUMP)
    house.catch_up()
    sound = house.post("/api/v1/projections/parts/verify").json
    house.services.projecting.pool.execute("UPDATE views.parts SET number = 'P-9'")

    altered = house.post("/api/v1/projections/parts/verify").json
    house.post("/api/v1/projections/parts/rebuild")
    again = house.post("/api/v1/projections/parts/verify").json

    assert sound is not None
    assert altered is not None
    assert again is not None
    assert (sound["equal"], sound["rows"]) == (True, {"parts": 1})
    assert altered["equal"] is False
    assert [(found["column"], found["live"], found["expected"]) for found in altered["differences"]] == [
        ("number", "P-9", "P-1")
    ]
    assert again["equal"] is True


@pytest.mark.parametrize("command", ["rebuild", "verify"])
def test_a_view_that_does_not_exist_is_not_found(house: House, command: str) -> None:
    assert house.post(f"/api/v1/projections/nothing/{command}").status_code == 404
