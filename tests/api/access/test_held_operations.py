"""The office sees what waits for other devices, and may decide before its time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.kernel.instant import now
from tests.api.conftest import ApiClient
from tests.support.field_setup import Field, Phone


class Waiting:
    """A part used by Anna that waits for a note of Boris."""

    def __init__(self, api: ApiClient) -> None:
        self.api = api
        field = Field(api.services.log)
        self.anna, self.boris = Phone(api.services.log, field.anna), Phone(api.services.log, field.boris)
        order = field.order()
        self.note = self.boris.operation("note_added", {"work_order": str(order), "text": "x"})
        self.used = self.anna.operation("part_used", field.use(order), needs=[self.note["id"]])
        assert self.anna.result(self.used).status == "held"

    def __str__(self) -> str:
        return f"/api/v1/operations/{self.used['id']}"

    def read(self) -> Any:
        return self.api.get(str(self)).json

    def document(self) -> Any:
        """What Anna's phone is told of it."""
        self.api.catch_up()
        row = self.api.services.log.pool.fetch_one(
            "SELECT entry::json -> 'body' FROM views.documents WHERE type = 'operation' AND id = %s", (self.used["id"],)
        )
        return row[0] if row else None


@pytest.fixture
def waiting(api: ApiClient) -> Waiting:
    return Waiting(api)


def test_what_waits_is_listed_with_what_it_needs_and_its_untouched_text(api: ApiClient, waiting: Waiting) -> None:
    listed = api.get("/api/v1/operations?status=held").json
    assert listed is not None
    assert [(item["operation"], item["needs"]) for item in listed["items"]] == [
        (waiting.used["id"], [waiting.note["id"]])
    ]
    assert '"quantity":"1"' in waiting.read()["body"]
    assert waiting.document()["status"] == "held"


def test_the_worker_decides_when_what_it_needs_has_come_and_the_device_is_told(
    api: ApiClient, waiting: Waiting
) -> None:
    api.catch_up()
    assert api.services.holding.settle(now()) == 0
    waiting.boris.send(waiting.note)

    assert api.services.holding.settle(now()) == 1

    assert waiting.read()["status"] == "applied"
    response = waiting.document()
    assert (response["status"], response["notices"], len(response["positions"])) == ("applied", [], 2)


def test_after_72_hours_the_device_is_told_what_is_missing(api: ApiClient, waiting: Waiting) -> None:
    api.catch_up()

    assert api.services.holding.settle(now() + timedelta(hours=73)) == 1

    response = waiting.document()
    assert (response["status"], [notice["code"] for notice in response["notices"]]) == ("conflicted", ["needs_missing"])
    assert waiting.read()["status"] == "conflicted"


def test_the_office_may_release_or_discard_before_that(api: ApiClient, waiting: Waiting) -> None:
    assert api.post(f"{waiting}/release").status_code == 200
    assert waiting.read()["status"] == "released"
    assert waiting.document()["status"] == "applied"

    other = Waiting(api)
    assert api.post(f"{other}/discard", {"reason": "a test"}).status_code == 200
    assert other.document()["status"] == "rejected"
    api.catch_up()
    assert api.services.holding.settle(now() + timedelta(hours=73)) == 0


def test_a_device_shows_how_long_its_oldest_work_has_been_waiting(api: ApiClient) -> None:
    field = Field(api.services.log)
    code, _ = api.services.devices.issue_code(field.anna)
    response = api.client.post("/sync/v1/devices", json={"code": code, "install_id": "phone", "name": "x"}).json
    assert response is not None
    made = Phone(api.services.log, field.anna)
    used = made.operation("part_used", field.use(field.order()))
    outbox = {"count": 3, "oldest": (now() - timedelta(hours=2)).isoformat()}
    push = {"incarnation": 1, "now": now().isoformat(), "app_version": "1.5", "operations": [used], "outbox": outbox}

    headers = {"Authorization": f"Bearer {response['access_token']}"}
    assert api.client.post("/sync/v1/push", json=push, headers=headers).status_code == 200
    device = api.get(f"/api/v1/devices/{response['device_id']}").json

    assert device is not None
    assert (device["live"]["unsent"], device["app_version"], device["live"]["app_version"]) == (2, "1.5", "1.5")
    assert 2 * 3600 <= device["live"]["outbox_age"] < 2 * 3600 + 300
    api.client.post("/sync/v1/push", json=push | {"operations": [], "outbox": {"count": 0}}, headers=headers)
    device = api.get(f"/api/v1/devices/{response['device_id']}").json
    assert device is not None
    assert (device["live"]["unsent"], device["live"]["outbox_age"]) == (0, None)


def test_an_operation_of_an_old_version_is_understood_as_the_new_one_says_it(api: ApiClient) -> None:
    field = Field(api.services.log)
    phone = Phone(api.services.log, field.anna)
    visit = str(field.visit(field.order()))
    old = phone.operation("visit_not_done", {"visit": visit, "reason": "The dog was loose."}, v=1)
    new = phone.operation("visit_not_done", {"visit": visit, "reason": "no_access", "note": "No key."}, v=2)
    newest = phone.operation("visit_not_done", {"visit": visit, "reason": "no_access"}, v=3, id=str(uuid4()))

    assert [result.status for result in phone.send(old, new, newest).results] == ["applied", "applied", "quarantined"]
    events = [
        event.data
        for event in api.services.log.reader.read(
            [row[0] for row in api.services.log.pool.fetch_all("SELECT record FROM log.events ORDER BY position")]
        )
        if event.topic == "visit.not_done" and event.stream == UUID(visit)
    ]
    assert [(data.reason, data.note) for data in events] == [
        ("not_fixed", "The dog was loose."),
        ("no_access", "No key."),
    ]
