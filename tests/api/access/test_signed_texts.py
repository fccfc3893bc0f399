"""Issue 8, 25: an event can be checked against what its device has signed, until the person it is about is erased."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from domain.care.customer import Customer
from store.erasure import Erasure
from tests.api.conftest import ApiClient
from tests.support.field_setup import NOON, Field, save

KEY = Ed25519PrivateKey.from_private_bytes(b"7" * 32)
WORD = "Kastanienbaum"


def text_of(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def raw_of(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Signing:
    """A phone with a key, over HTTP."""

    def __init__(self, api: ApiClient, field: Field) -> None:
        self.api, self.seq = api, 0
        code = api.services.devices.issue_code(field.anna)[0]
        self.public_key = text_of(KEY.public_key().public_bytes_raw())
        proof = text_of(KEY.sign(f"callout enrolment\n{code}\nphone".encode()))
        asked = {"code": code, "install_id": "phone", "public_key": self.public_key, "proof": proof}
        enrolled: Any = api.client.post("/sync/v1/devices", json=asked).json
        self.headers = {"Authorization": f"Bearer {enrolled['access_token']}"}

    def operation(self, kind: str, data: dict[str, Any], **more: Any) -> dict[str, Any]:
        self.seq += 1
        content: dict[str, Any] = {
            "id": str(uuid4()),
            "type": kind,
            "v": 1,
            "at": NOON.isoformat(),
            "data": data,
        } | more
        payload = f"callout operation\n{sha256(rfc8785.dumps(content)).hexdigest()}"
        return content | {"seq": self.seq, "signature": text_of(KEY.sign(payload.encode()))}

    def push(self, *operations: dict[str, Any]) -> list[dict[str, Any]]:
        body = json.dumps({"incarnation": 1, "now": NOON.isoformat(), "operations": operations}, ensure_ascii=False)
        reply: Any = self.api.client.post("/sync/v1/push", data=body.encode(), headers=self.headers).json
        results: list[dict[str, Any]] = reply["results"]
        return results


@pytest.fixture
def field(api: ApiClient) -> Field:
    return Field(api.services.log)


@pytest.fixture
def phone(api: ApiClient, field: Field) -> Signing:
    return Signing(api, field)


def signed(api: ApiClient, operation: dict[str, Any]) -> dict[str, Any]:
    reply: Any = api.get(f"/api/v1/operations/{operation['id']}/signed", role="auditor").json
    assert reply["operation"] == operation["id"]
    [item] = reply["items"]
    return dict(item)


def erase(api: ApiClient, *customers: Any) -> None:
    for customer in customers:
        entity = api.services.log.work().get(Customer, customer)
        entity.erase()
        save(api.services.log, entity)
    Erasure(api.services.log).catch_up()


def test_an_auditor_checks_an_event_with_nothing_of_ours(api: ApiClient, field: Field, phone: Signing) -> None:
    operation = phone.operation("note_added", {"work_order": str(field.order()), "text": f"{WORD} „ü“"})
    [result] = phone.push(operation)
    kept = signed(api, operation)

    sent = json.loads(kept["text"])
    content = {name: value for name, value in sent.items() if name not in ("seq", "signature")}
    assert sent == operation
    assert kept["signed_text"] == f"callout operation\n{sha256(rfc8785.dumps(content)).hexdigest()}"
    key = Ed25519PublicKey.from_public_bytes(raw_of(kept["public_key"]))
    key.verify(raw_of(kept["signature"]), kept["signed_text"].encode())
    assert (kept["text_fits"], kept["signature_fits"], kept["text_status"]) == (True, True, "kept")
    assert (kept["positions"], kept["public_key"]) == (result["positions"], phone.public_key)


def test_it_is_kept_whatever_became_of_the_operation(api: ApiClient, field: Field, phone: Signing) -> None:
    order = str(field.order())
    operations = [
        phone.operation("part_used", field.use(field.order())),
        phone.operation("note_added", {"work_order": str(field.order(field.boris)), "text": "x"}),
        phone.operation("close_work_order", {"work_order": order}),
        phone.operation("note_added", {"work_order": order, "text": "x"}, needs=[str(uuid4())]),
        phone.operation("part_teleported", {}),
    ]
    statuses = [result["status"] for result in phone.push(*operations)]

    assert statuses == ["applied", "conflicted", "rejected", "held", "quarantined"]
    for operation, status in zip(operations, statuses, strict=True):
        kept = signed(api, operation)
        assert json.loads(kept["text"]) == operation
        assert (kept["status"], kept["text_fits"], kept["signature_fits"]) == (status, True, True)


def test_once_its_person_is_erased_hash_and_signature_still_stand(api: ApiClient, field: Field, phone: Signing) -> None:
    order = str(field.order())
    operations = [
        phone.operation("note_added", {"work_order": order, "text": WORD}),
        phone.operation("part_used", field.use(field.order()) | {"comment": WORD}),
        phone.operation("close_work_order", {"work_order": order, "comment": WORD}),
    ]
    phone.push(*operations)
    before = [signed(api, operation) for operation in operations]

    erase(api, field.customer)

    for operation, kept in zip(operations, before, strict=True):
        after = signed(api, operation)
        assert (after["text"], after["text_status"], after["text_fits"]) == (None, "erased", None)
        assert after["signature_fits"] is True
        assert after["content_hash"] == kept["content_hash"]
    [again] = phone.push(phone.operation("note_added", {"work_order": order, "text": WORD}))
    rows = api.services.log.pool.fetch_all("SELECT sealed FROM log.signed_texts ORDER BY sealed NULLS LAST")
    assert again["status"] == "applied"
    assert rows[-1] == (None,)


def test_one_that_is_about_two_goes_with_either(api: ApiClient, field: Field, phone: Signing) -> None:
    other = Customer.register(id=uuid4(), name="Other")
    save(api.services.log, other)
    data = {"work_order": str(field.order()), "text": WORD, "also": {"deep": [str(other.id)]}}
    operation = phone.operation("note_added", data)
    phone.push(operation)
    assert json.loads(signed(api, operation)["text"]) == operation

    erase(api, other.id)

    assert signed(api, operation)["text_status"] == "erased"


def test_a_text_that_was_tampered_with_does_not_fit(api: ApiClient, field: Field, phone: Signing) -> None:
    operation = phone.operation("part_used", field.use(field.order()))
    phone.push(operation)
    pool = api.services.log.pool
    for row in ("DELETE FROM log.signed_texts", "UPDATE log.signed_texts SET signature = 'x'"):
        with pytest.raises(Exception, match=r"permission denied|insert-only"):
            pool.execute(row)

    forged = phone.operation("part_used", field.use(field.order())) | {"signature": operation["signature"]}
    [result] = phone.push(forged)

    kept = signed(api, forged)
    assert result["status"] == "quarantined"
    assert (kept["text_fits"], kept["signature_fits"], kept["public_key"]) == (True, False, None)


def test_each_content_under_an_id_is_told_apart(api: ApiClient, field: Field, phone: Signing) -> None:
    first = phone.operation("note_added", {"work_order": str(field.order()), "text": "x"})
    second = phone.operation("note_added", {"work_order": str(field.order()), "text": "y"}, id=first["id"])
    phone.push(first, second)

    reply: Any = api.get(f"/api/v1/operations/{first['id']}/signed", role="auditor").json

    assert [(item["status"], json.loads(item["text"])) for item in reply["items"]] == [
        ("applied", first),
        ("quarantined", second),
    ]


def test_nobody_else_reads_it(api: ApiClient, field: Field, phone: Signing) -> None:
    operation = phone.operation("note_added", {"work_order": str(field.order()), "text": WORD})
    phone.push(operation)

    assert api.get(f"/api/v1/operations/{operation['id']}/signed", role="dispatcher").status_code == 403
    assert api.get(f"/api/v1/operations/{uuid4()}/signed").status_code == 404
    for past in ("known_at=1", "as_of=2026-11-20T11:59:59Z"):
        assert api.get(f"/api/v1/operations/{operation['id']}/signed?{past}").status_code == 404
