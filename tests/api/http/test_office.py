"""The rules of every command: once for a key, only over the version that was read, never in the future."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest

from tests.api.conftest import ApiClient

PUMP: dict[str, Any] = {"number": "P-1", "names": [{"language": "de", "text": "Pumpe"}], "unit": "pcs"}
COST: dict[str, Any] = {"cost": {"amount": 100, "currency": "EUR"}, "from": "2026-01-01"}


def events(api: ApiClient) -> int:
    return api.services.log.recorder.max_notification_id() or 0


def last_envelope(api: ApiClient) -> Any:
    [(record,)] = api.services.log.pool.fetch_all("SELECT record FROM log.events ORDER BY position DESC LIMIT 1")
    return api.services.log.reader.read([record])[0].envelope


def test_the_same_key_and_request_get_the_same_reply_and_happen_once(api: ApiClient) -> None:
    first = api.post("/api/v1/parts", PUMP, Idempotency_Key="a")
    before = events(api)

    again = api.post("/api/v1/parts", dict(reversed(PUMP.items())), Idempotency_Key="a")

    assert (again.status_code, again.json, again.headers["Location"], again.headers["ETag"]) == (
        first.status_code,
        first.json,
        first.headers["Location"],
        first.headers["ETag"],
    )
    assert events(api) == before


def test_the_same_key_with_another_request_is_refused(api: ApiClient) -> None:
    first = api.post("/api/v1/parts", PUMP, Idempotency_Key="a")

    other_body = api.post("/api/v1/parts", PUMP | {"number": "P-2"}, Idempotency_Key="a")
    other_path = api.post(f"{first.headers['Location']}/discontinue", Idempotency_Key="a")

    for refused in (other_body, other_path):
        assert refused.status_code == 422
        assert refused.json is not None
        assert refused.json["type"].endswith("/idempotency-key-reused")


def test_a_key_belongs_to_the_user_who_sent_it(api: ApiClient) -> None:
    first = api.post("/api/v1/parts", PUMP, role="admin", Idempotency_Key="a")
    second = api.post("/api/v1/parts", PUMP | {"number": "P-2"}, role="stock_keeper", Idempotency_Key="a")

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json != second.json


def test_a_command_that_changes_nothing_gets_the_same_reply_too(api: ApiClient) -> None:
    where = api.post("/api/v1/parts", PUMP).headers["Location"]
    api.post(f"{where}/discontinue")
    first = api.post(f"{where}/discontinue", Idempotency_Key="b")
    api.post(f"{where}/set-cost", COST)

    again = api.post(f"{where}/discontinue", Idempotency_Key="b")

    assert first.status_code == 200
    assert again.json == first.json


def test_a_refusal_stays_a_refusal_for_its_key(api: ApiClient) -> None:
    part, by = api.post("/api/v1/parts", PUMP).headers["Location"], str(uuid4())
    first = api.post(f"{part}/supersede", {"by": by}, Idempotency_Key="c")
    api.post("/api/v1/parts", PUMP | {"number": "P-2", "id": by})

    again = api.post(f"{part}/supersede", {"by": by}, Idempotency_Key="c")
    anew = api.post(f"{part}/supersede", {"by": by}, Idempotency_Key="d")

    assert (first.status_code, again.status_code, anew.status_code) == (404, 404, 200)
    assert again.json == first.json


def test_a_lost_race_is_no_decision_and_may_be_sent_again(api: ApiClient) -> None:
    where = api.post("/api/v1/parts", PUMP).headers["Location"]

    late = api.post(f"{where}/discontinue", Idempotency_Key="e", If_Match='"2"')
    again = api.post(f"{where}/discontinue", Idempotency_Key="e", If_Match='"1"')

    assert (late.status_code, again.status_code) == (412, 200)


@pytest.mark.parametrize("key", ["", "x" * 201, "a\tb"])
def test_a_key_is_short_and_printable(api: ApiClient, key: str) -> None:
    assert api.post("/api/v1/parts", PUMP, Idempotency_Key=key).status_code == 400


def test_the_same_request_sent_many_times_at_once_happens_once(api: ApiClient) -> None:
    api.user("admin")
    before = events(api)
    replies = []

    def send() -> None:
        client = api.client.application.test_client()
        headers = {"Authorization": f"Bearer {api.tokens['admin']}", "Idempotency-Key": "many"}
        replies.append(client.post("/api/v1/parts", json=PUMP, headers=headers))

    threads = [Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {(reply.status_code, reply.get_data()) for reply in replies} == {(201, replies[0].get_data())}
    assert events(api) == before + 1


def test_a_command_over_the_version_that_was_read_is_taken_and_over_another_refused(api: ApiClient) -> None:
    where = api.post("/api/v1/parts", PUMP).headers["Location"]
    read = api.get(where).headers["ETag"]

    assert api.post(f"{where}/set-cost", COST, If_Match=read).status_code == 200
    late = api.post(f"{where}/set-cost", COST, If_Match=read)

    assert late.status_code == 412
    assert late.json is not None
    assert late.json["type"].endswith("/version-mismatch")


def test_an_id_is_given_once(api: ApiClient) -> None:
    id = str(uuid4())
    first = api.post("/api/v1/parts", PUMP | {"id": id})

    second = api.post("/api/v1/parts", PUMP | {"id": id})

    assert first.json is not None
    assert first.json["id"] == id
    assert second.status_code == 409
    assert second.json is not None
    assert second.json["type"].endswith("/already-exists")


def test_an_event_says_who_did_it_in_which_role_when_and_knowing_what(api: ApiClient) -> None:
    keeper = api.user("stock_keeper", "auditor")
    document = {"occurred_at": "2026-03-01T09:00:00+01:00", "zone": "Europe/Vienna", "seen": 7}
    headers = {"Authorization": f"Bearer {api.tokens['stock_keeper-auditor']}"}

    api.client.post("/api/v1/parts", json=PUMP | document, headers=headers)

    envelope = last_envelope(api)
    assert (envelope.actor, envelope.role, envelope.zone, envelope.seen_position) == (
        keeper,
        "stock_keeper",
        "Europe/Vienna",
        7,
    )
    assert envelope.occurred_at == datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert envelope.operation_id is not None
    assert envelope.device is None


def test_what_happens_now_happens_in_the_company_s_zone(api: ApiClient) -> None:
    api.post("/api/v1/parts", PUMP)

    envelope = last_envelope(api)
    assert envelope.zone == "Europe/Berlin"
    assert abs(datetime.now(UTC) - envelope.occurred_at) < timedelta(minutes=1)


def test_nothing_happens_in_the_future_and_a_clock_a_little_ahead_is_set_right(api: ApiClient) -> None:
    ahead = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    far_ahead = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()

    assert api.post("/api/v1/parts", PUMP | {"occurred_at": ahead}).status_code == 201
    assert last_envelope(api).occurred_at <= datetime.now(UTC)
    refused = api.post("/api/v1/parts", PUMP | {"occurred_at": far_ahead})
    assert refused.status_code == 400
    assert refused.json is not None
    assert refused.json["errors"][0]["pointer"] == "/occurred_at"


def test_what_is_stored_to_recognise_a_request_tells_nothing_about_it(api: ApiClient) -> None:
    api.post("/api/v1/parts", PUMP, Idempotency_Key="a")
    api.post("/api/v1/parts", PUMP | {"number": "P-2"}, Idempotency_Key="b")
    rows = api.services.log.pool.fetch_all("SELECT content_hash, answer FROM log.operations")

    assert len({row[0] for row in rows}) == 2
    assert not any("Pumpe" in str(row) for row in rows)
