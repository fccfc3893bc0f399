"""A device with a key gets in again after a lost reply; without one, a code and a refresh token are good once."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.app import create_app
from sync.challenge import Challenges
from sync.enrolment import EnrolmentService
from tests.api.conftest import ApiClient, Settings
from tests.support.field_setup import Field

KEY = Ed25519PrivateKey.from_private_bytes(b"7" * 32)
OTHER = Ed25519PrivateKey.from_private_bytes(b"8" * 32)


def text_of(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def signed(key: Ed25519PrivateKey, *lines: str) -> str:
    return text_of(key.sign("\n".join(lines).encode()))


@pytest.fixture
def code(api: ApiClient) -> str:
    return api.services.devices.issue_code(Field(api.services.log).anna)[0]


def asked(code: str, key: Ed25519PrivateKey | None = KEY) -> dict[str, Any]:
    payload = {"code": code, "install_id": "phone", "name": "Anna's"}
    if key is None:
        return payload
    proof = signed(key, "callout enrolment", code, "phone")
    return payload | {"public_key": text_of(key.public_key().public_bytes_raw()), "proof": proof}


def post(api: ApiClient, verb: str, payload: dict[str, Any]) -> Any:
    return api.client.post(f"/sync/v1/{verb}", json=payload)


def again(api: ApiClient, code: str) -> Any:
    """Enrol once more with a used code, and answer the challenge."""
    refused = post(api, "devices", asked(code))
    assert refused.status_code == 403
    challenge = refused.json["challenge"]
    proof = signed(KEY, "callout enrolment", code, "phone", challenge)
    return post(api, "devices", asked(code) | {"challenge": challenge, "proof": proof})


def refreshed(api: ApiClient, device: str, token: str) -> Any:
    """Ask for new tokens with a proof, and answer the challenge where there is one."""
    payload = {"refresh_token": token, "device_id": device}
    first = post(api, "token", payload | {"proof": signed(KEY, "callout token", device, token)})
    challenge = (first.json or {}).get("challenge")
    if challenge is None:
        return first
    proof = signed(KEY, "callout token", device, token, challenge)
    return post(api, "token", payload | {"challenge": challenge, "proof": proof})


def test_an_enrolment_whose_reply_was_lost_is_answered_again(api: ApiClient, code: str) -> None:
    first, repeated = post(api, "devices", asked(code)), again(api, code)

    assert (first.status_code, repeated.status_code) == (201, 201)
    for member in ("device_id", "incarnation", "epoch"):
        assert first.json[member] == repeated.json[member]
    topics = [topic for (topic,) in api.services.log.pool.fetch_all("SELECT topic FROM log.events")]
    assert topics.count("device.enrolled") == 1


@pytest.mark.parametrize("key", [OTHER, None], ids=["another key", "no key"])
def test_a_used_code_is_good_for_nobody_else(api: ApiClient, code: str, key: Ed25519PrivateKey | None) -> None:
    post(api, "devices", asked(code))

    assert post(api, "devices", asked(code, key)).status_code == 403


def test_a_key_without_a_proof_is_refused_and_spends_no_code(api: ApiClient, code: str) -> None:
    wrong = asked(code) | {"proof": signed(OTHER, "callout enrolment", code, "phone")}

    refused = post(api, "devices", wrong)

    assert (refused.status_code, refused.json["type"].rpartition("/")[2]) == (403, "signature-required")
    assert post(api, "devices", asked(code) | {"public_key": "no key"}).status_code == 400
    assert post(api, "devices", asked(code)).status_code == 201


def test_where_devices_must_sign_one_without_a_key_stays_outside(api: ApiClient, code: str) -> None:
    settings = Settings(unsigned_devices=False)
    desk = EnrolmentService(api.services.log, api.services.devices, Challenges(b"secret"), unsigned=False)
    strict = ApiClient(api.services, create_app(replace(api.services, settings=settings, enrolment=desk)).test_client())

    assert post(strict, "devices", asked(code, None)).status_code == 403
    assert post(strict, "devices", asked(code)).status_code == 201


@pytest.mark.parametrize("spend", [True, False], ids=["used before", "unknown to a restored server"])
def test_a_device_that_proves_itself_gets_tokens_for_a_dead_refresh_token(
    api: ApiClient, code: str, *, spend: bool
) -> None:
    document = post(api, "devices", asked(code)).json
    old = document["refresh_token"] if spend else "from after the backup"
    if spend:
        assert refreshed(api, document["device_id"], old).status_code == 200

    reply = refreshed(api, document["device_id"], old)

    assert reply.status_code == 200
    headers = {"Authorization": f"Bearer {reply.json['access_token']}"}
    assert api.client.get("/sync/v1/pull", headers=headers).status_code == 200


def test_a_proof_of_another_key_opens_nothing_and_ends_the_family(api: ApiClient, code: str) -> None:
    document = post(api, "devices", asked(code)).json
    old, device = document["refresh_token"], document["device_id"]
    refreshed(api, device, old)

    thief = post(
        api,
        "token",
        {"refresh_token": old, "device_id": device, "proof": signed(OTHER, "callout token", device, old)},
    )

    assert (thief.status_code, thief.json["type"].rpartition("/")[2]) == (401, "token-reused")


def test_a_revoked_device_that_proves_itself_gets_tokens_that_open_nothing_but_handing_in(
    api: ApiClient, code: str
) -> None:
    document = post(api, "devices", asked(code)).json
    lost, device = "of tokens that a restored server has forgotten", document["device_id"]
    api.post(f"/api/v1/devices/{device}/revoke", {"reason": "lost"})

    headers = {"Authorization": f"Bearer {refreshed(api, device, lost).json['access_token']}"}

    refused: Any = api.client.get("/sync/v1/pull", headers=headers)
    assert (refused.status_code, refused.json["wipe"]) == (403, True)
    assert api.client.post("/sync/v1/wiped", headers=headers).status_code == 200


def test_a_device_whose_last_tokens_never_came_can_still_hand_in_what_it_holds(api: ApiClient, code: str) -> None:
    document = post(api, "devices", asked(code)).json
    refreshed(api, document["device_id"], document["refresh_token"])  # the reply is lost
    headers = {"Authorization": f"Bearer {document['access_token']}"}
    assert api.client.post("/sync/v1/wiped", headers=headers).status_code == 401

    api.post(f"/api/v1/devices/{document['device_id']}/revoke", {"reason": "lost"})

    assert api.client.post("/sync/v1/wiped", headers=headers).status_code == 200


def test_a_device_whose_enrolment_the_log_has_lost_is_asked_to_enrol_again(api: ApiClient, code: str) -> None:
    devices = api.services.devices
    enrolled = devices.enrol(code, "phone", "1", text_of(KEY.public_key().public_bytes_raw()))  # and no event followed
    pair = devices.issue_tokens(*enrolled[:3])
    proof = signed(KEY, "callout token", str(enrolled.device), pair.refresh_token)
    push = {"incarnation": 1, "now": "2026-11-20T12:00:00+00:00", "operations": [{"id": str(uuid4()), "seq": 1}]}

    pushed = api.client.post("/sync/v1/push", json=push, headers={"Authorization": f"Bearer {pair.access_token}"})
    post(api, "token", {"refresh_token": pair.refresh_token})
    payload = {"refresh_token": pair.refresh_token, "device_id": str(enrolled.device), "proof": proof}

    assert pushed.status_code == 401
    assert post(api, "token", payload).status_code == 401
    assert again(api, code).status_code == 201
