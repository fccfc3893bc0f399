"""Unauthenticated requests may fail a number of times for each address, and lock nobody else out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.app import create_app
from api.http.address_limits import FAILURES_AT_ONCE, LOOKS_AT_ONCE
from projections.engine.views import Views
from sync.gate import Gate
from sync.limits import MOST_BUCKETS, Buckets
from tests.api.conftest import PASSWORD, ApiClient
from tests.support.field_setup import Field
from tests.support.keyed_phone import KeyedPhone, outcome

HERE, ELSEWHERE = "192.0.2.1", "198.51.100.7"


@pytest.fixture
def field(api: ApiClient) -> Field:
    return Field(api.services.log)


def post(api: ApiClient, verb: str, payload: dict[str, Any], origin: str = HERE) -> Any:
    return api.client.post(f"/sync/v1/{verb}", json=payload, environ_base={"REMOTE_ADDR": origin})


def code(api: ApiClient, field: Field) -> str:
    return api.services.devices.issue_code(field.anna)[0]


def flood(api: ApiClient, verb: str, payload: dict[str, Any]) -> None:
    """Fail so often from `HERE` that nothing is left."""
    replies = [post(api, verb, payload) for _ in range(FAILURES_AT_ONCE)]
    assert {reply.status_code for reply in replies} <= {401, 403}
    refused = post(api, verb, payload)
    assert outcome(refused) == (429, "rate-limited")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60


def guess_codes(api: ApiClient) -> None:
    flood(api, "devices", {"code": "AAAA-BBBB-CCCC", "install_id": "stranger"})


def guess_tokens(api: ApiClient) -> None:
    flood(api, "token", {"refresh_token": "invented"})


@pytest.fixture(params=[guess_codes, guess_tokens])
def flooded(api: ApiClient, request: pytest.FixtureRequest) -> ApiClient:
    """A server at which strangers have used up what an address may fail, by codes or by tokens: one budget for both."""
    request.param(api)
    return api


def test_an_owner_comes_in_from_another_address(flooded: ApiClient, field: Field) -> None:
    """Issue 8, 21: wrong codes and tokens are counted by address alone."""
    payload = {"code": code(flooded, field), "install_id": "new phone"}

    assert post(flooded, "devices", payload).status_code == 429
    assert post(flooded, "devices", payload, ELSEWHERE).status_code == 201


@pytest.fixture
def phones(api: ApiClient, field: Field) -> tuple[KeyedPhone, dict[str, Any]]:
    """A phone with a key and one without, both known before anybody floods."""
    with_key = KeyedPhone(api)
    assert with_key.enrol(code(api, field)).status_code == 201
    without = post(api, "devices", {"code": code(api, field), "install_id": "old phone"}, ELSEWHERE)
    return with_key, without.json


@pytest.mark.parametrize("guess", [guess_codes, guess_tokens])
def test_a_known_phone_comes_in_from_the_address_that_others_flood(
    api: ApiClient, field: Field, phones: tuple[KeyedPhone, dict[str, Any]], guess: Any
) -> None:
    """Issue 8, 21: by its key or, where it has none, by a token that is still good; and it is told what it must do."""
    with_key, without = phones
    document, device = with_key.credentials["refresh_token"], with_key.credentials["device_id"]
    guess(api)

    payload = {
        "refresh_token": document,
        "device_id": device,
        "proof": with_key.proof("callout token", device, document),
    }
    renewed = post(api, "token", payload)
    again = post(api, "token", payload)
    plain = post(api, "token", {"refresh_token": without["refresh_token"]})
    fresh = code(api, field)
    key = with_key.text(with_key.key.public_key().public_bytes_raw())
    proof = with_key.proof("callout enrolment", fresh, with_key.install_id)
    enrolled = post(
        api, "devices", {"code": fresh, "install_id": with_key.install_id, "public_key": key, "proof": proof}
    )

    assert (renewed.status_code, plain.status_code, enrolled.status_code) == (200, 200, 201)
    assert (again.status_code, "challenge" in again.json) == (401, True)


def test_neither_names_nor_keys_of_others_get_a_stranger_past(
    api: ApiClient, phones: tuple[KeyedPhone, dict[str, Any]]
) -> None:
    """Issue 8, 21."""
    with_key, without = phones
    stranger, device = Ed25519PrivateKey.generate(), with_key.credentials["device_id"]
    key = with_key.text(with_key.key.public_key().public_bytes_raw())
    forged = with_key.text(stranger.sign(b"anything"))
    post(api, "token", {"refresh_token": without["refresh_token"]}, ELSEWHERE)
    guess_tokens(api)

    for verb, payload in (
        ("token", {"refresh_token": "invented", "device_id": device, "proof": forged}),
        ("token", {"refresh_token": with_key.credentials["refresh_token"], "device_id": device}),
        ("token", {"refresh_token": without["refresh_token"]}),
        ("devices", {"code": "AAAA", "install_id": with_key.install_id, "public_key": key, "proof": forged}),
    ):
        assert post(api, verb, payload).status_code == 429, payload


def test_what_succeeds_is_not_counted(api: ApiClient, phones: tuple[KeyedPhone, dict[str, Any]]) -> None:
    """Issue 8, 21: as many phones as you like live behind one address."""
    _, document = phones

    for _ in range(FAILURES_AT_ONCE + 1):
        reply = post(api, "token", {"refresh_token": document["refresh_token"]})
        assert reply.status_code == 200
        document = reply.json


def test_counters_are_bounded_and_keep_those_who_failed_most() -> None:
    """Issue 8, 21: addresses without end take no memory without end, and wash away nobody's count."""
    buckets = Buckets(rate=60, burst=100, clock=lambda: 0.0)
    for _ in range(100):
        buckets.take("flooder")

    for number in range(MOST_BUCKETS * 2):
        buckets.take(f"address {number}")

    assert len(buckets._full_at) <= MOST_BUCKETS
    assert buckets._full_at["flooder"] == 100


def test_how_the_server_stands_is_told_however_often_it_is_asked(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 8, 21: the database is not asked each time, and an answer that is remembered is young."""
    asked: list[int] = []
    fetch = Views.progress

    def counted(views: Views) -> Any:
        asked.append(1)
        return fetch(views)

    monkeypatch.setattr(Views, "progress", counted)
    moment = 0.0
    api.services.address_limits.last_readiness._clock = lambda: moment

    replies = [api.client.get("/ready") for _ in range(LOOKS_AT_ONCE * 3)]

    assert {reply.status_code for reply in replies} == {200}
    assert LOOKS_AT_ONCE <= len(asked) <= LOOKS_AT_ONCE + 60
    moment = 60.0
    api.services.address_limits._looks._clock = lambda: 0.0
    late = api.client.get("/ready")
    assert (late.status_code, late.headers["Retry-After"]) == (429, "1")
    assert api.client.get("/ready", environ_base={"REMOTE_ADDR": ELSEWHERE}).status_code == 200


@pytest.fixture
def hurried(api: ApiClient) -> ApiClient:
    """A server where a user may ask four times at once."""
    gate = Gate(rate=0, burst=1, connections=5, threads=40, office_rate=8)
    return ApiClient(api.services, create_app(replace(api.services, gate=gate)).test_client())


def test_a_user_who_floods_is_told_to_wait_in_all_sessions_and_nobody_else_is(hurried: ApiClient) -> None:
    """Issue 8, 21: requests are counted by user, and those of the command line are not."""
    agent = hurried.user("agent")
    second = hurried.services.access.sign_in("agent", PASSWORD).token

    codes = [hurried.ask("GET", "/api/v1/parts", role="agent").status_code for _ in range(5)]
    elsewhere = hurried.client.get("/api/v1/parts", headers={"Authorization": f"Bearer {second}"})
    quiet = hurried.ask("GET", "/api/v1/parts", role="dispatcher")
    typed = hurried.services.access.begin_session(agent)
    imported = hurried.client.get("/api/v1/parts", headers={"Authorization": f"Bearer {typed}"})

    assert codes == [200] * 4 + [429]
    assert outcome(elsewhere) == (429, "too-many-requests")
    assert int(elsewhere.headers["Retry-After"]) >= 1
    assert (quiet.status_code, imported.status_code) == (200, 200)
