"""The JavaScript client proves its identity, keeps its tokens, and erases itself when the device is lost."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from tests.clients.counterpart import LOST, Counterpart, canonical, problem, reply, sent
from tests.clients.node import NOTE, NodeDevice, bytes_of, key_in, needs_node

pytestmark = needs_node


def test_a_device_proves_who_it_is_and_signs_what_it_records(server: Counterpart, phone: NodeDevice) -> None:
    enrolment = server.asked[0].body
    key = key_in(enrolment)
    key.verify(bytes_of(enrolment["proof"]), f"callout enrolment\nCODE-1\n{enrolment['install_id']}".encode())
    phone.record(NOTE)
    phone.done("sync")
    [operation] = server.pushes()[0]["operations"]
    signed = {name: member for name, member in operation.items() if name not in {"seq", "signature"}}
    digest = hashlib.sha256(canonical(signed)).hexdigest()
    key.verify(bytes_of(operation["signature"]), f"callout operation\n{digest}".encode())
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", operation["id"])


def test_a_lost_reply_to_the_enrolment_is_asked_for_with_the_very_same_request(
    server: Counterpart, tmp_path: Path
) -> None:
    server.once["POST devices"] = [LOST]
    NodeDevice(tmp_path / "phone.json", server.url).done("enrol", "CODE-1", "phone")
    first, second = server.asked
    assert first.raw == second.raw


def test_a_code_that_is_not_known_is_said_in_one_sentence(server: Counterpart, tmp_path: Path) -> None:
    server.once["POST devices"] = [problem(404, "code-unknown")]
    assert "code-unknown" in NodeDevice(tmp_path / "phone.json", server.url).failed("enrol", "CODE-9", "phone")


def test_an_expired_token_is_changed_with_a_proof_and_kept_before_it_is_used(
    server: Counterpart, phone: NodeDevice
) -> None:
    server.once["GET pull"] = [problem(401, "token-expired")]
    pair = {"access_token": "access-2", "refresh_token": "refresh-2", "access_expires_in": 900}
    server.once["POST token"] = [LOST, reply(pair)]
    phone.done("sync")
    asked = [one for one in server.asked if one.what == "POST token"]
    assert asked[0].raw == asked[1].raw
    text = f"callout token\n{asked[0].body['device_id']}\nrefresh-1"
    key_in(server.asked[0].body).verify(bytes_of(asked[0].body["proof"]), text.encode())
    assert server.asked[-1].headers["authorization"] == "Bearer access-2"
    assert phone.state["refresh_token"] == "refresh-2"


def test_a_device_that_is_signed_out_keeps_its_outbox_and_enrols_again(server: Counterpart, phone: NodeDevice) -> None:
    phone.record(NOTE)
    server.once["POST push"] = [problem(401, "token-expired")]
    server.once["POST token"] = [problem(401, "token-reused")]
    assert "enrol it again" in phone.failed("sync")
    phone.done("enrol", "CODE-2", "phone")
    phone.done("sync")
    assert [sent(push) for push in server.pushes()] == [[1], [1]]


def test_a_lost_device_hands_in_its_outbox_and_erases_itself(server: Counterpart, phone: NodeDevice) -> None:
    phone.photograph(b"jpeg")
    key = json.dumps(phone.state["private_key"])
    server.once["POST push"] = [problem(403, "device-revoked", wipe=True, salvage=True)]
    server.once["POST salvage"] = [LOST, reply({"results": []})]
    server.once["POST wiped"] = [problem(400, "a-defect")]
    assert "a-defect" in phone.failed("sync")
    assert [sent(one.body) for one in server.asked if one.what == "POST salvage"] == [[1], [1]]
    assert key not in phone.file.read_text()
    assert [file.name for file in phone.file.parent.glob("phone.json*")] == ["phone.json"]
    server.once["POST wiped"] = [reply()]
    assert "not enrolled" in phone.failed("sync")
    assert server.asked[-1].headers["authorization"] == "Bearer access-1"
    assert phone.state["access_token"] is None


def test_a_revoked_device_that_is_not_lost_keeps_its_outbox(server: Counterpart, phone: NodeDevice) -> None:
    phone.record(NOTE)
    server.once["POST push"] = [problem(403, "device-revoked", wipe=False)]
    assert "device-revoked" in phone.failed("sync")
    assert len(phone.lines("outbox")) == 1
