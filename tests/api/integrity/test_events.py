"""The rules of the history over HTTP: every event as it was recorded, for those who audit."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import orjson
import pytest
import rfc8785

from tests.api.conftest import ApiClient

PUMP: dict[str, Any] = {"number": "P-1", "names": [{"language": "de", "text": "Pumpe"}], "unit": "pcs"}


def items(api: ApiClient, query: str) -> list[dict[str, Any]]:
    reply = api.get(f"/api/v1/events?{query}", role="auditor")
    assert reply.json is not None
    found: list[dict[str, Any]] = reply.json["items"]
    return found


def test_every_event_is_listed_in_the_order_of_the_log(api: ApiClient) -> None:
    api.user("auditor")
    made = api.post("/api/v1/parts", PUMP).json
    assert made is not None

    listed = items(api, "limit=500")

    assert [event["position"] for event in listed] == list(range(1, made["position"] + 1))
    assert (listed[-1]["topic"], listed[-1]["stream"], listed[-1]["version"]) == ("part.registered", made["id"], 1)


def test_the_history_is_asked_by_stream_topic_actor_and_time(api: ApiClient) -> None:
    admin, keeper = api.user("admin"), api.user("stock_keeper")
    first = api.post("/api/v1/parts", PUMP | {"occurred_at": "2025-01-01T00:00:00Z"}).json
    second = api.post("/api/v1/parts", PUMP | {"number": "P-2"}, role="stock_keeper").json
    assert first is not None
    assert second is not None

    def positions(query: str) -> list[int]:
        return [event["position"] for event in items(api, query)]

    assert positions(f"stream={first['id']}") == [first["position"]]
    assert positions("topic=part.registered") == positions("topic=part") == [first["position"], second["position"]]
    assert positions("topic=par") == []
    assert positions(f"topic=part&actor={keeper}") == [second["position"]]
    assert positions(f"topic=part&actor={admin}") == [first["position"]]
    assert positions("topic=part&occurred_to=2025-06-01T00:00:00Z") == [first["position"]]
    assert positions("topic=part&as_of=2025-01-01T00:00:00Z") == [first["position"]]
    assert positions(f"topic=part&known_at={first['position']}") == [first["position"]]


def test_the_history_is_read_page_by_page(api: ApiClient) -> None:
    for number in "ABC":
        api.post("/api/v1/parts", PUMP | {"number": number})
    seen, query = [], "topic=part&limit=2"

    page = api.get(f"/api/v1/events?{query}", role="auditor").json
    assert page is not None
    rest = api.get(f"/api/v1/events?{query}&cursor={quote(page['next'])}", role="auditor").json
    assert rest is not None
    seen = [event["position"] for event in (*page["items"], *rest["items"])]

    assert seen == sorted(set(seen))
    assert (len(seen), rest["next"]) == (3, None)


def test_an_event_shows_the_very_record_that_is_hashed_and_its_words_in_plain_beside(api: ApiClient) -> None:
    user = api.user("agent")
    [event] = items(api, f"stream={user}")

    reply = api.get(f"/api/v1/events/{event['position']}", role="auditor")

    [(record,)] = api.services.log.pool.fetch_all("SELECT record FROM log.events WHERE stream = %s", (str(user),))
    assert f'"record":{record}'.encode() in reply.get_data()
    assert rfc8785.dumps(orjson.loads(reply.get_data())["record"]) == record.encode()
    assert reply.json is not None
    assert reply.json["data"]["name"] == "The agent"
    assert "The agent" not in record


def test_words_of_an_erased_person_are_gone_from_the_event_and_its_record_stays(api: ApiClient) -> None:
    user = api.user("agent")
    [event] = items(api, f"stream={user}")
    before = api.get(f"/api/v1/events/{event['position']}", role="auditor").json

    api.services.log.body_mapper.keyring.destroy([user])

    after = api.get(f"/api/v1/events/{event['position']}", role="auditor").json
    assert before is not None
    assert after is not None
    assert after["data"]["name"] is None
    assert after["record"] == before["record"]


@pytest.mark.parametrize("position", ["0", "999999", "x", "-1"])
def test_an_event_that_is_not_there_is_not_found(api: ApiClient, position: str) -> None:
    assert api.get(f"/api/v1/events/{position}", role="auditor").status_code == 404
