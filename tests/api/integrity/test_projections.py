"""Views over HTTP: their positions, rebuilds, and verification against the log."""

from __future__ import annotations

from typing import Any

import pytest

from projections.catalogue import PROJECTIONS
from projections.engine.replay import with_needs
from projections.stock.parts import Parts
from tests.api.conftest import ApiClient

PUMP: dict[str, Any] = {"number": "P-1", "names": [{"language": "de", "text": "Pumpe"}], "unit": "pcs"}


def test_every_view_says_how_far_it_has_got(api: ApiClient) -> None:
    done = api.post("/api/v1/parts", PUMP).json
    behind = api.ask("GET", "/api/v1/projections").json
    caught_up = api.get("/api/v1/projections").json

    assert done is not None
    assert behind is not None
    assert caught_up is not None
    assert {item["name"] for item in caught_up["items"]} == {each.name for each in with_needs(PROJECTIONS)}
    assert {item["lag"] for item in behind["items"]} == {done["position"]}
    [parts] = [item for item in caught_up["items"] if item["name"] == "parts"]
    assert (parts["state"], parts["lag"], parts["rows"]) == ("ready", 0, {"parts": 1})


def test_a_view_is_made_anew_by_a_job_and_says_the_same(api: ApiClient) -> None:
    """Issue 8, 19: the request only asks for it."""
    api.post("/api/v1/parts", PUMP)
    before = api.get("/api/v1/parts").json

    asked = api.post("/api/v1/projections/parts/rebuild")
    waiting = api.ask("GET", asked.headers["Location"])
    done = api.run_jobs(asked)

    assert (asked.status_code, asked.json) == (202, waiting.json)
    assert int(waiting.headers["Retry-After"]) >= 1
    assert waiting.json is not None
    assert (waiting.json["state"], waiting.json["kind"], waiting.json["view"]) == ("waiting", "rebuild", "parts")
    assert (done["state"], done["tries"], done["problem"]) == ("done", 1, None)
    assert done["result"] == {"name": "parts", "position": before["position"] if before else 0}
    assert done["progress"] == {"done": done["result"]["position"], "total": done["result"]["position"]}
    assert api.ask("GET", "/api/v1/parts").json == before


def test_a_view_that_cannot_be_made_anew_stays_and_the_asker_is_told(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 8, 2: a rebuild ends with an answer, whatever the events are."""
    api.post("/api/v1/parts", PUMP)
    before = api.get("/api/v1/parts").json

    def stumble(*_: Any) -> None:
        raise LookupError

    monkeypatch.setitem(Parts.folds, "part.registered", stumble)
    failed = api.run_jobs(api.post("/api/v1/projections/parts/rebuild"))

    assert failed["state"] == "failed"
    assert failed["problem"] == "The view parts cannot fold the event at position 2."
    assert api.ask("GET", "/api/v1/parts").json == before


def test_a_view_that_was_tampered_with_does_not_verify_until_it_is_made_anew(api: ApiClient) -> None:
    made = api.post("/api/v1/parts", PUMP).json
    api.catch_up()
    sound = api.run_jobs(api.post("/api/v1/projections/parts/verify"))["result"]
    api.services.projecting.pool.execute("UPDATE views.parts SET number = 'P-9'")

    altered = api.run_jobs(api.post("/api/v1/projections/parts/verify"))["result"]
    api.run_jobs(api.post("/api/v1/projections/parts/rebuild"))
    again = api.run_jobs(api.post("/api/v1/projections/parts/verify"))["result"]

    assert made is not None
    assert (sound["equal"], sound["rows"]) == (True, {"parts": 1})
    assert altered["equal"] is False
    assert altered["differences"] == [{"table": "parts", "key": [made["id"]], "column": "number"}]
    assert again["equal"] is True


def test_a_job_is_not_asked_for_twice_and_the_list_has_each(api: ApiClient) -> None:
    """Issue 8, 19: whoever asks again, however often, is told of the same job."""
    asked = [api.post("/api/v1/projections/parts/verify").headers["Location"] for _ in range(5)]
    other = api.post("/api/v1/projections/stock/verify").headers["Location"]

    listed = api.ask("GET", "/api/v1/jobs").json

    assert len(set(asked)) == 1
    assert listed is not None
    assert [item["id"] for item in listed["items"]] == [other.rpartition("/")[2], asked[0].rpartition("/")[2]]


@pytest.mark.parametrize("command", ["rebuild", "verify"])
def test_a_view_that_does_not_exist_is_not_found(api: ApiClient, command: str) -> None:
    assert api.post(f"/api/v1/projections/nothing/{command}").status_code == 404
