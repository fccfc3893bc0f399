"""A lost device salvages its operations, erases itself and reports it; nothing that it held is lost."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from tests.api.conftest import ApiClient
from tests.support.field_setup import NOON, Field, Phone


class Lost:
    """Anna's phone with a token, revoked as lost."""

    def __init__(self, api: ApiClient) -> None:
        self.api = api
        self.field = Field(api.services.log)
        code, _ = api.services.devices.issue_code(self.field.anna)
        asked = {"code": code, "install_id": "phone", "name": "Anna's"}
        document = api.client.post("/sync/v1/devices", json=asked).json
        assert document is not None
        self.device = UUID(document["device_id"])
        self.token = document["access_token"]
        self.maker = Phone(api.services.log, self.field.anna)

    def used(self) -> dict[str, Any]:
        return self.maker.operation("part_used", self.field.use(self.field.order()))

    def ask(self, verb: str, *operations: dict[str, Any], incarnation: int = 1) -> Any:
        payload = {"incarnation": incarnation, "now": NOON.isoformat(), "operations": operations}
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.api.client.post(f"/sync/v1/{verb}", json=payload, headers=headers)

    def revoke(self) -> None:
        assert self.api.post(f"/api/v1/devices/{self.device}/revoke", {"reason": "lost"}).status_code == 200


@pytest.fixture
def lost(api: ApiClient) -> Lost:
    return Lost(api)


def test_a_revoked_device_is_told_to_hand_in_and_to_wipe(lost: Lost) -> None:
    lost.revoke()

    refused = lost.ask("push", lost.used())

    assert refused.status_code == 403
    assert (refused.json["wipe"], refused.json["salvage"]) == (True, True)


def test_what_is_salvaged_waits_for_the_office_whatever_its_numbers_say(lost: Lost) -> None:
    known = lost.used()
    assert lost.ask("push", known).json["results"][0]["status"] == "applied"
    lost.revoke()
    late = lost.used() | {"seq": 77}

    first = lost.ask("salvage", known, late, incarnation=9).json["results"]
    again = lost.ask("salvage", known, late).json["results"]

    assert [result["status"] for result in first] == ["applied", "quarantined"]
    assert first[1]["problem"]["type"].endswith("/salvaged")
    assert [result["duplicate"] for result in again] == [True, True]
    listed = lost.api.get("/api/v1/operations?status=quarantined").json
    assert listed is not None
    assert [item["operation"] for item in listed["items"]] == [late["id"]]
    released = lost.api.post(f"/api/v1/operations/{late['id']}/release")
    assert released.status_code == 200


def test_a_device_that_has_wiped_itself_says_so_once_and_comes_in_no_more(lost: Lost) -> None:
    lost.revoke()

    assert lost.ask("wiped").status_code == 200
    assert lost.ask("wiped").status_code == 401

    device = lost.api.get(f"/api/v1/devices/{lost.device}").json
    assert device is not None
    assert device["wiped_at"] is not None
    topics = [topic for (topic,) in lost.api.services.log.pool.fetch_all("SELECT topic FROM log.events")]
    assert topics.count("device.wiped") == 1


def test_a_trusted_device_that_salvages_loses_nothing_either(lost: Lost) -> None:
    one = lost.used()

    assert lost.ask("salvage", one).json["results"][0]["status"] == "quarantined"
    assert lost.ask("push", one).json["results"][0]["status"] == "quarantined"


def test_a_device_that_nobody_told_to_erase_itself_stays_signed_in(lost: Lost) -> None:
    """Issue 8, found by attack: a stolen access token ended the tokens of a good phone, so none told it to wipe."""
    reply = lost.ask("wiped")

    assert (reply.status_code, reply.json["type"].rpartition("/")[2]) == (409, "not-told-to-wipe")
    device = lost.api.get(f"/api/v1/devices/{lost.device}").json
    assert device is not None
    assert device["wiped_at"] is None
    lost.revoke()
    assert lost.ask("wiped").status_code == 200
