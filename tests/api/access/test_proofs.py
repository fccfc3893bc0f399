"""A proof is valid once: a captured one is refused, and an install id alone takes over no device."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.api.conftest import ApiClient
from tests.support.field_setup import Field
from tests.support.keyed_phone import KeyedPhone, outcome

FIRST = "refresh_token"


@pytest.fixture
def field(api: ApiClient) -> Field:
    return Field(api.services.log)


@pytest.fixture
def phone(api: ApiClient, field: Field) -> KeyedPhone:
    made = KeyedPhone(api)
    assert made.enrol(code(api, field)).status_code == 201
    return made


def code(api: ApiClient, field: Field, *, boris: bool = False) -> str:
    return api.services.devices.issue_code(field.boris if boris else field.anna)[0]


def replayed(api: ApiClient, verb: str, captured: dict[str, Any]) -> tuple[int, str]:
    return outcome(api.client.post(f"/sync/v1/{verb}", json=captured))


def test_a_captured_token_request_is_worth_nothing_once_it_was_used(
    api: ApiClient, field: Field, phone: KeyedPhone
) -> None:
    """Issue 8, 13: at once, after further rotations, and after the device has enrolled anew."""
    phone.refresh()
    captured = phone.sent
    assert replayed(api, "token", captured) == (401, "token-reused")
    for _ in range(3):
        assert phone.refresh().status_code == 200
    assert replayed(api, "token", captured) == (401, "token-reused")
    assert phone.refresh().status_code == 200, "a captured request ends nobody's tokens"

    assert phone.enrol(code(api, field)).status_code == 201

    assert phone.credentials["incarnation"] == 2
    assert replayed(api, "token", captured) == (401, "token-expired")
    assert phone.ask("GET", "pull").status_code == 200


def test_a_captured_enrolment_is_worth_nothing(api: ApiClient, phone: KeyedPhone) -> None:
    """Issue 8, 13: neither before nor after the device has used what it was given."""
    captured = phone.sent

    assert replayed(api, "devices", captured) == (403, "enrolment-code-invalid")
    phone.refresh()
    assert replayed(api, "devices", captured) == (403, "enrolment-code-invalid")
    assert phone.ask("GET", "pull").status_code == 200


def test_a_lost_reply_to_an_enrolment_is_given_again_for_a_signed_challenge_once(api: ApiClient, field: Field) -> None:
    """Issue 8, 13: and the tokens that were lost on the way open nothing any more."""
    phone, its_code = KeyedPhone(api), code(api, field)
    lost = phone.enrol(its_code).json
    challenge = phone.enrol(its_code).json["challenge"]

    assert phone.enrol(its_code, challenge).status_code == 201
    captured = phone.sent

    assert (phone.credentials["device_id"], phone.credentials["incarnation"]) == (lost["device_id"], 1)
    assert replayed(api, "devices", captured) == (403, "enrolment-code-invalid")
    headers = {"Authorization": f"Bearer {lost['access_token']}"}
    assert api.client.get("/sync/v1/pull", headers=headers).status_code == 401
    assert phone.ask("GET", "pull").status_code == 200


@pytest.mark.parametrize("token", ["spent", "unknown to a restored server"])
def test_a_dead_token_is_as_good_as_a_living_one_for_a_signed_challenge_once(
    api: ApiClient, phone: KeyedPhone, token: str
) -> None:
    """Issue 8, 13: so neither a lost reply nor a restored server locks a device out."""
    old = phone.credentials[FIRST] if token == "spent" else "made after the backup"
    phone.refresh()
    asked = phone.refresh(refresh_token=old)
    challenge = asked.json["challenge"]

    assert phone.refresh(challenge, refresh_token=old).status_code == 200
    captured = phone.sent

    assert replayed(api, "token", captured) == (401, "token-expired")
    assert phone.ask("GET", "pull").status_code == 200


def test_a_challenge_is_for_one_device_and_no_invented_one_is_taken(
    api: ApiClient, field: Field, phone: KeyedPhone
) -> None:
    """Issue 8, 13."""
    other = KeyedPhone(api)
    other.enrol(code(api, field, boris=True))
    other.refresh()
    challenge = other.refresh(refresh_token="dead").json["challenge"]
    until = challenge.partition(".")[0]

    for invented in (challenge, "", ".", f"{until}.", f"{until}.{'0' * 64}", "9" * 200, "é.é", "²." + "0" * 64):
        reply = phone.refresh(invented, refresh_token="dead")
        assert outcome(reply) in ((401, "token-expired"), (400, "malformed-envelope")), invented


def test_a_device_with_a_key_is_given_nothing_without_a_proof(api: ApiClient, phone: KeyedPhone) -> None:
    """Issue 8, 13: and its token stays good."""
    token, device = phone.credentials[FIRST], phone.credentials["device_id"]
    stranger = KeyedPhone(api)
    for payload in (
        {FIRST: token},
        {FIRST: token, "device_id": device},
        {FIRST: token, "device_id": device, "proof": stranger.proof("callout token", device, token)},
        {FIRST: token, "device_id": device, "proof": phone.proof("callout token", device, "another token")},
    ):
        assert outcome(api.client.post("/sync/v1/token", json=payload)) == (401, "proof-required")

    assert phone.refresh().status_code == 200


@pytest.mark.parametrize("whose", ["another technician's code", "the same technician's code"])
@pytest.mark.parametrize("with_key", [True, False])
def test_a_name_alone_takes_over_no_device(
    api: ApiClient, field: Field, phone: KeyedPhone, whose: str, *, with_key: bool
) -> None:
    """Issue 8, 12: it becomes a new device, and the old one keeps its place, its key and its tokens."""
    its_code = code(api, field, boris=whose.startswith("another"))
    thief = KeyedPhone(api, phone.install_id)
    if with_key:
        reply = thief.enrol(its_code)
    else:
        reply = thief.post("devices", {"code": its_code, "install_id": phone.install_id, "name": "x"})

    assert reply.status_code == 201
    assert reply.json["device_id"] != phone.credentials["device_id"]
    assert phone.ask("GET", "pull").status_code == 200
    assert phone.refresh().status_code == 200
    holder = api.services.devices.keyholder(phone.credentials["device_id"])
    assert holder is not None
    assert (holder.technician, holder.incarnation) == (field.anna, 1)


def test_an_installation_without_a_key_is_known_by_its_technician(api: ApiClient, field: Field) -> None:
    """Issue 8, 12: another technician's code makes a new device of it, and a key may be added."""
    plain = {"install_id": "tablet", "name": "x"}

    def enrol(*, boris: bool = False) -> Any:
        return api.client.post("/sync/v1/devices", json=plain | {"code": code(api, field, boris=boris)}).json

    first, stranger, again = enrol(), enrol(boris=True), enrol()
    keyed = KeyedPhone(api, "tablet")
    keyed.enrol(code(api, field))

    assert first["device_id"] != stranger["device_id"]
    assert (again["device_id"], again["incarnation"]) == (first["device_id"], 2)
    assert (keyed.credentials["device_id"], keyed.credentials["incarnation"]) == (first["device_id"], 3)
    assert enrol()["device_id"] not in (first["device_id"], stranger["device_id"]), "a key is not dropped"


def test_a_phone_that_proves_its_key_may_be_handed_to_another_technician(api: ApiClient, field: Field) -> None:
    """Issue 8, 12: it is the same phone, its old tokens end."""
    phone = KeyedPhone(api, key=Ed25519PrivateKey.generate())
    phone.enrol(code(api, field))
    before = phone.credentials
    phone.enrol(code(api, field, boris=True))

    assert (phone.credentials["device_id"], phone.credentials["incarnation"]) == (before["device_id"], 2)
    headers = {"Authorization": f"Bearer {before['access_token']}"}
    assert api.client.get("/sync/v1/pull", headers=headers).status_code == 401
