"""Issue 8, 6: what one phone can have kept for the office has a bound and a clear answer, and nothing is lost."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest

from domain.access.device import Device
from tests.api.access.test_lost_device import Lost
from tests.api.conftest import ApiClient
from tests.support.field_setup import decide


@pytest.fixture
def lost(api: ApiClient) -> Lost:
    return Lost(api)


def problem(reply: Any) -> tuple[int, str]:
    """Status and code."""
    return reply.status_code, reply.json["type"].rpartition("/")[2]


def quarantined(lost: Lost) -> set[str]:
    """The ids of what waits for the office."""
    listed: Any = lost.api.get("/api/v1/operations?status=quarantined&limit=500").json
    return {item["operation"] for item in listed["items"]}


def test_salvage_ends_with_an_answer_and_what_was_not_taken_was_not_answered(lost: Lost) -> None:
    """Issue 8, 6: a revoked phone hands in so much; what was known is answered again, the rest is told to stay."""
    lost.revoke()
    made = [lost.used() for _ in range(6)]
    with patch("sync.quota.MOST_SALVAGED", 4):
        assert [one["status"] for one in lost.ask("salvage", *made[:4]).json["results"]] == ["quarantined"] * 4
        refused = lost.ask("salvage", *made[3:])
        assert problem(refused) == (429, "quota-reached")
        assert int(refused.headers["Retry-After"]) >= 60
        assert refused.json["limit"] == 4
        assert [one["duplicate"] for one in lost.ask("salvage", *made[:4]).json["results"]] == [True] * 4
        for id in quarantined(lost):
            done = lost.api.post(f"/api/v1/operations/{id}/discard", {"reason": "nonsense"})
            assert done.status_code == 200
        assert problem(lost.ask("salvage", *made[4:])) == (429, "quota-reached"), "the total counts, decided or not"
    assert quarantined(lost) == set()
    assert [one["status"] for one in lost.ask("salvage", *made[4:]).json["results"]] == ["quarantined"] * 2
    assert quarantined(lost) == {one["id"] for one in made[4:]}


def test_each_text_is_salvaged_once_however_often_it_comes(lost: Lost) -> None:
    """Issue 8, 6: the same text again, under other numbers, twice in one body, signed otherwise."""
    lost.revoke()
    one = lost.used()
    for number in range(3):
        again = [one | {"seq": 10 * number + n, "signature": f"s{n}"} for n in range(1, 4)]
        assert {result["status"] for result in lost.ask("salvage", *again).json["results"]} == {"quarantined"}
    [(many,)] = lost.api.services.log.pool.fetch_all(
        "SELECT count(*) FROM log.events WHERE topic = 'device.operation_quarantined'"
    )
    assert many == 1


def test_a_device_that_is_enrolled_again_begins_its_salvage_anew(lost: Lost) -> None:
    """Issue 8, 6: the total is that of one revocation."""
    lost.revoke()
    lost.ask("salvage", lost.used(), lost.used())
    log = lost.api.services.log
    assert log.work().get(Device, lost.device).salvaged == 2
    device = log.work().get(Device, lost.device)
    assert device.wipe
    device.wipe = False
    device.reenrol(technician=device.technician, install_id="phone", name="x", platform="t", app_version="1")
    assert device.salvaged == 0


def test_a_push_is_told_to_wait_when_too_much_waits_for_the_office(lost: Lost) -> None:
    """Issue 8, 6: nothing of the push is recorded, and it is taken when the office has decided."""
    decide(lost.api.services.log, Device, lost.device, "suspend", "odd")
    made = [lost.used() for _ in range(4)]
    with patch("sync.quota.MOST_QUARANTINED", 2):
        assert [one["status"] for one in lost.ask("push", *made[:2]).json["results"]] == ["quarantined"] * 2
        for _ in range(2):
            assert problem(lost.ask("push", *made[2:])) == (429, "quota-reached")
        assert [one["duplicate"] for one in lost.ask("push", *made[:2]).json["results"]] == [True] * 2
        for one in made[:2]:
            assert lost.api.post(f"/api/v1/operations/{one['id']}/release").status_code == 200
        assert [one["status"] for one in lost.ask("push", *made[2:]).json["results"]] == ["quarantined"] * 2
        decide(lost.api.services.log, Device, lost.device, "resume")
        assert lost.ask("push", lost.used()).json["results"][0]["status"] == "applied", "good ones need no room"
