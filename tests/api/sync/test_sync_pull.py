"""The rules of pulling over HTTP: who may, how often, how long one waits, and which cursors are good."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from api.app import create_app
from callout.services import gate_of
from domain.stock.part import Part, PartName
from sync.app_version import OldestApp
from sync.gate import Gate
from tests.api.conftest import ApiClient, Settings
from tests.support.databases import run
from tests.support.device_status import set_status
from tests.support.pulling_device import PullingDevice, wait_idly


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as made:
        yield made


def part() -> Part:
    return Part.register(id=uuid4(), number="P-1", names=(PartName("en", "Pump"),), unit="piece")


def served_by(api: ApiClient, **services: Any) -> ApiClient:
    """The API with other services."""
    changed = replace(api.services, **services)
    return ApiClient(changed, create_app(changed).test_client())


def gate(**more: Any) -> Gate:
    return Gate(**({"rate": 0, "burst": 1, "connections": 4, "threads": 40} | more))


def test_a_device_that_has_everything_agrees_with_the_digests(api: ApiClient) -> None:
    anna = PullingDevice(api)
    api.commit(part(), part())
    response = anna.pull()
    assert response["digests"] == anna.digests()
    assert (response["digests"]["own"]["count"], response["digests"]["shared"]["count"] > 2) == (1, True)
    anna.person.change(language="fr")
    api.commit(anna.person)
    response = anna.pull()
    assert (len(response["changes"]), response["digests"]) == (1, anna.digests())


def test_a_cursor_of_another_life_of_the_log_has_expired(api: ApiClient, database: str) -> None:
    anna = PullingDevice(api)
    anna.pull()
    run(database, "UPDATE log.head SET epoch = gen_random_uuid()")
    assert anna.code(anna.ask("GET", f"pull?cursor={anna.cursor}")) == (410, "cursor-expired")
    anna.cursor = None
    assert anna.pull()["changes"] != []


def test_an_app_that_is_too_old_gets_nothing_but_may_push(api: ApiClient) -> None:
    api = served_by(
        api,
        pull=api.services.pull.__class__(api.services.pull._documents, api.services.pull._cursors, OldestApp("1.4")),
    )
    old, new = PullingDevice(api, "1.3.9"), PullingDevice(api, "1.10")
    new.pull()
    for method, verb in (("GET", "pull"), ("GET", "live"), ("POST", "verify")):
        reply = old.ask(method, verb)
        assert old.code(reply) == (426, "upgrade-required")
        assert reply.json is not None
        assert reply.json["oldest"] == "1.4"
    push = {"incarnation": 1, "now": "2026-11-21T15:40:02+01:00", "operations": []}
    assert old.ask("POST", "push", json=push).status_code == 200


def test_a_device_that_asks_too_often_is_told_how_long_to_wait_and_others_are_not(api: ApiClient) -> None:
    api = served_by(api, gate=gate(rate=60, burst=3))
    anna, ben = PullingDevice(api), PullingDevice(api)
    for _ in range(3):
        anna.pull()
    reply = anna.ask("GET", "pull")
    assert anna.code(reply) == (429, "rate-limited")
    assert reply.headers["Retry-After"] == "1"
    push = {"incarnation": 1, "now": "2026-11-21T15:40:02+01:00", "operations": []}
    assert anna.ask("POST", "push", json=push).status_code == 200
    ben.pull()


def test_a_server_without_room_for_a_pull_still_takes_pushes(api: ApiClient) -> None:
    full = gate(connections=2)
    full._admission._pulls.patience = 0.0
    api = served_by(api, gate=full)
    anna = PullingDevice(api)
    with full.pull(uuid4()):
        reply = anna.ask("GET", "pull")
        assert anna.code(reply) == (503, "overloaded")
        assert reply.headers["Retry-After"] == "2"
        push = {"incarnation": 1, "now": "2026-11-21T15:40:02+01:00", "operations": []}
        assert anna.ask("POST", "push", json=push).status_code == 200
    assert anna.ask("GET", "pull").status_code == 200


def test_a_long_poll_is_answered_when_something_comes_and_holds_no_connection_meanwhile(
    api: ApiClient, pool: ThreadPoolExecutor
) -> None:
    anna, ben = PullingDevice(api), PullingDevice(api)
    anna.pull()
    ben.pull()
    waiting = [pool.submit(PullingDevice.pull, each, 20) for each in (anna, ben)]
    wait_idly(api, 2)

    anna.person.change(language="fr")
    api.commit(anna.person)
    api.catch_up()

    assert [change["type"] for change in waiting[0].result(20)["changes"]] == ["technician"]
    assert not waiting[1].done()
    api.commit(part())
    api.catch_up()
    assert [change["type"] for change in waiting[1].result(20)["changes"]] == ["part"]


def test_a_device_that_is_revoked_while_it_waits_is_told_nothing(api: ApiClient, pool: ThreadPoolExecutor) -> None:
    anna = PullingDevice(api)
    anna.pull()
    waiting = pool.submit(anna.ask, "GET", f"pull?wait=20&cursor={anna.cursor}")
    wait_idly(api, 1)
    set_status(api.services.log.pool, anna.id, "revoked", wipe=True)
    api.commit(part())
    api.catch_up()
    assert anna.code(waiting.result(20)) == (403, "device-revoked")


def test_when_too_many_wait_the_next_one_is_sent_away_and_who_does_not_wait_is_answered(api: ApiClient) -> None:
    full = gate(threads=1)
    api = served_by(api, gate=full)
    anna = PullingDevice(api)
    anna.pull()
    with ExitStack() as seats:
        seats.enter_context(full.waiting())
        reply = anna.ask("GET", f"pull?wait=20&cursor={anna.cursor}")
        assert anna.code(reply) == (503, "overloaded")
        assert int(reply.headers["Retry-After"]) >= 1
        assert anna.pull()["changes"] == []


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=1001", "limit=-1", "limit=x", "limit=%D9%A3", "wait=-1", "wait=x", "wait=1.5", "wait=99999"],
)
def test_bad_questions_are_malformed(api: ApiClient, query: str) -> None:
    anna = PullingDevice(api)
    reply = anna.ask("GET", f"pull?{query}")
    assert anna.code(reply) == (400, "malformed-envelope")
    assert reply.json is not None
    assert reply.json["errors"][0]["pointer"] == "/" + query.partition("=")[0]


def test_the_gate_is_as_wide_as_the_settings_say() -> None:
    made = gate_of(Settings())
    assert (made._admission._pushes.places, made._room.most) == (5, 36)
