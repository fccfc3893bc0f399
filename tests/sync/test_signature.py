"""An operation of a device with a key is believed when that key has signed it, and waits for the office otherwise."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.entry import EnrolmentRequest
from tests.support.field_setup import Field, Phone
from tests.support.logs import read

KEY = Ed25519PrivateKey.from_private_bytes(b"7" * 32)


def text_of(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def signed(operation: dict[str, Any], key: Ed25519PrivateKey = KEY) -> dict[str, Any]:
    """As docs/sync.md says, with somebody else's canonical JSON."""
    content = {name: value for name, value in operation.items() if name not in ("seq", "signature")}
    text = f"callout operation\n{sha256(rfc8785.dumps(content)).hexdigest()}"
    return operation | {"signature": text_of(key.sign(text.encode()))}


@pytest.fixture
def phone(field: Field) -> Phone:
    made = Phone(field.log, field.anna)
    made.public_key = text_of(KEY.public_key().public_bytes_raw())
    return made


def test_a_signed_operation_is_taken_and_its_signature_stays_with_the_event(field: Field, phone: Phone) -> None:
    operation = signed(phone.operation("note_added", {"work_order": str(field.order()), "text": "Größe „L“ 🔧"}))

    result = phone.result(operation)

    assert result.status == "applied"
    assert read(field.log)[result.positions[0] - 1].envelope.signature == operation["signature"]


def test_a_signature_does_not_depend_on_the_place_in_the_queue(field: Field, phone: Phone) -> None:
    operation = signed(phone.operation("part_used", field.use(field.order())) | {"seq": 99})

    assert phone.result(operation | {"seq": 1}).status == "applied"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda one: {name: value for name, value in one.items() if name != "signature"},
        lambda one: one | {"data": one["data"] | {"quantity": "2"}},
        lambda one: one | {"at": "2026-11-20T11:59:59+00:00"},
        lambda one: signed(one, Ed25519PrivateKey.generate()),
        lambda one: one | {"signature": "nonsense"},
        lambda one: one | {"signature": ""},
    ],
    ids=["none", "other quantity", "other time", "other key", "no signature", "empty"],
)
def test_what_this_key_has_not_signed_waits_for_the_office(field: Field, phone: Phone, spoil: Any) -> None:
    operation = spoil(signed(phone.operation("part_used", field.use(field.order()))))

    result = phone.result(operation)

    assert result.status == "quarantined"
    assert (result.problem or {})["type"].endswith("/signature-invalid")


def test_where_unsigned_devices_are_not_trusted_what_they_send_waits(field: Field) -> None:
    phone = Phone(field.log, field.anna)
    phone.distrust_unsigned()

    assert phone.result(phone.operation("part_used", field.use(field.order()))).status == "quarantined"


def test_an_installation_proves_that_it_holds_the_key_it_names() -> None:
    key = text_of(KEY.public_key().public_bytes_raw())
    proof = text_of(KEY.sign(b"callout enrolment\nCODE\nphone"))

    assert EnrolmentRequest("CODE", "phone", public_key=key, proof=proof).is_proven()
    assert not EnrolmentRequest("CODE", "other phone", public_key=key, proof=proof).is_proven()
    assert not EnrolmentRequest("CODE", "phone", public_key=key).is_proven()
    assert not EnrolmentRequest("CODE", "phone").is_proven()
