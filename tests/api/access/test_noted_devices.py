"""The rules of the security log about devices: enrolments, and signatures and proofs that are refused."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.kernel.instant import format_instant, now
from tests.api.conftest import ApiClient
from tests.support.field_setup import Field

KEY = Ed25519PrivateKey.from_private_bytes(b"7" * 32)


def text_of(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def noted(api: ApiClient, kind: str) -> list[dict[str, Any]]:
    return list(api.ask("GET", f"/api/v1/security-events?kind={kind}").get_json()["items"])


def test_enrolments_and_refused_signatures_are_noted(api: ApiClient) -> None:
    """Issue 8, 23: with the device, and without what it sent."""
    code = api.services.devices.issue_code(Field(api.services.log).anna)[0]
    key = text_of(KEY.public_key().public_bytes_raw())
    asked = {"code": code, "install_id": "phone", "name": "Anna's", "public_key": key}
    forged = asked | {"proof": text_of(KEY.sign(b"something else"))}
    proof = text_of(KEY.sign(f"callout enrolment\n{code}\nphone".encode()))
    api.client.post("/sync/v1/devices", json=forged)
    device = api.client.post("/sync/v1/devices", json=asked | {"proof": proof}).get_json()
    operation = {
        "id": str(uuid4()),
        "seq": 1,
        "type": "note_added",
        "at": format_instant(now()),
        "data": {"work_order": str(uuid4()), "text": "Hello"},
        "signature": text_of(KEY.sign(b"not this operation")),
    }
    body = {"incarnation": 1, "now": format_instant(now()), "operations": [operation]}
    token = {"Authorization": f"Bearer {device['access_token']}"}

    pushed = api.client.post("/sync/v1/push", json=body, headers=token)

    assert "signature-invalid" in pushed.text
    assert len(noted(api, "device.enrolled")) == 1
    assert {each["subject"] for each in noted(api, "signature.refused")} >= {"/sync/v1/push"}
    assert device["device_id"] in {each["device"] for each in noted(api, "signature.refused")}
