"""The rules of what devices sent and the office has to decide about, over HTTP."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from tests.api.conftest import ApiClient
from tests.support.field_setup import NOON, Field, Phone


class Waiting:
    """A part used, told by a phone that was suspended, so that the office has to decide."""

    def __init__(self, api: ApiClient, name: str = "part_used") -> None:
        field = Field(api.services.log)
        self.phone = Phone(api.services.log, field.anna)
        self.phone.status = "suspended"
        used = self.phone.operation(name, field.use(field.order(), "2"), at=NOON - timedelta(hours=3))
        assert self.phone.result(used).status == "quarantined"
        self.id = UUID(used["id"])

    def __str__(self) -> str:
        return f"/api/v1/operations/{self.id}"


def test_what_was_put_aside_waits_for_the_office_with_its_untouched_text(api: ApiClient) -> None:
    waiting = Waiting(api)

    listed = api.get("/api/v1/operations?status=quarantined").json
    read = api.get(str(waiting), role="auditor").json

    assert listed is not None
    assert read is not None
    assert [item["operation"] for item in listed["items"]] == [str(waiting.id)]
    assert (read["type"], read["status"], read["device"]) == ("part_used", "quarantined", str(waiting.phone.id))
    assert '"quantity":"2"' in read["body"]


def test_the_text_of_what_was_put_aside_ends_with_its_key(api: ApiClient) -> None:
    waiting = Waiting(api)
    api.services.log.body_mapper.keyring.destroy([waiting.id])
    read = api.get(str(waiting)).json
    assert read is not None
    assert (read["status"], read["body"]) == ("quarantined", None)


def test_a_discarded_operation_keeps_its_text_and_the_reason(api: ApiClient) -> None:
    waiting = Waiting(api)

    done = api.post(f"{waiting}/discard", {"reason": "a test"}, role="dispatcher", Idempotency_Key="a")
    again = api.post(f"{waiting}/discard", {"reason": "a test"}, role="dispatcher", Idempotency_Key="a")

    assert done.status_code == 200
    assert done.json is not None
    assert done.json["id"] == str(waiting.id)
    assert again.json == done.json
    read = api.get(str(waiting)).json
    assert read is not None
    assert (read["status"], read["decision"]) == ("discarded", "a test")
    assert read["body"]
    assert api.post(f"{waiting}/release").status_code == 409


def test_a_released_operation_takes_effect_with_its_own_time_and_device(api: ApiClient) -> None:
    waiting = Waiting(api)

    done = api.post(f"{waiting}/release", role="dispatcher", Idempotency_Key="a")
    again = api.post(f"{waiting}/release", role="dispatcher", Idempotency_Key="a")

    assert (done.status_code, again.status_code) == (200, 200)
    assert done.json is not None
    assert again.json == done.json
    assert (done.json["id"], done.json["notices"]) == (str(waiting.id), [])
    moved = api.get("/api/v1/events?topic=stock.moved", role="auditor").json
    assert moved is not None
    [event] = moved["items"]
    assert event["position"] == done.json["position"]
    assert (event["device"], event["operation_id"]) == (str(waiting.phone.id), str(waiting.id))
    assert event["occurred_at"] == "2026-11-20T09:00:00.000000Z"
    assert api.get(str(waiting)).json["status"] == "released"  # type: ignore[index]


def test_what_is_still_not_understood_cannot_be_released(api: ApiClient) -> None:
    waiting = Waiting(api, "part_teleported")

    refused = api.post(f"{waiting}/release")

    assert refused.status_code == 409
    assert refused.json is not None
    assert refused.json["type"].endswith("/still-not-understood")


def test_an_operation_that_was_never_put_aside_cannot_be_decided_about(api: ApiClient) -> None:
    for command in ("release", "discard"):
        body = {"reason": "x"} if command == "discard" else None
        assert api.post(f"/api/v1/operations/{uuid4()}/{command}", body).status_code == 404
