"""The JavaScript client against a server that answers as docs/sync.md says it may, but seldom does."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.clients.counterpart import LOST, Counterpart, Json, canonical, digests, leaf, problem, reply
from tests.clients.node import NodeDevice, evaluated, needs_node

pytestmark = needs_node
NOTE = ("note_added", {"work_order": "job-1", "text": "It drips."})


@pytest.fixture
def server() -> Iterator[Counterpart]:
    with Counterpart() as counterpart:
        yield counterpart


@pytest.fixture
def phone(server: Counterpart, tmp_path: Path) -> NodeDevice:
    device = NodeDevice(tmp_path / "phone.json", server.url)
    device.done("enrol", "CODE-1", "Ada’s phone")
    return device


def sent(push: Json) -> list[int]:
    """The numbers in a push."""
    return [operation["seq"] for operation in push["operations"]]


def bytes_of(text: str) -> bytes:
    """What base64url without padding says."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def key_in(enrolment: Json) -> Ed25519PublicKey:
    """The key that a device enrolled with."""
    return Ed25519PublicKey.from_public_bytes(bytes_of(enrolment["public_key"]))


# What is computed


def test_canonical_json_is_the_same_in_both_languages() -> None:
    value = {"b": [1, -0, True, None, 'ä\u2028\u0007"\\/🔧'], "a": {"Z": "", "z": {}, "10": [], "9": 2**53 - 1}}
    assert evaluated("canonical.mjs", "m.canonical(given)", value) == canonical(value).decode()


@pytest.mark.parametrize("value", [1.5, 2**53, "\ud83d"])
def test_what_has_no_canonical_form_cannot_be_recorded(phone: NodeDevice, value: object) -> None:
    assert phone.failed("record", "note_added", json.dumps({"text": value}))
    assert phone.lines("outbox") == []


def test_digests_are_the_same_in_both_languages(server: Counterpart) -> None:
    server.put("stock", "van/pump", on_hand="2.5")
    server.put("part", "pump", shared=True, name="Pümpe")
    assert evaluated("canonical.mjs", "m.digests(given)", server.documents) == digests(server.documents)
    sums = evaluated("canonical.mjs", "m.leaves(given)", server.documents)
    used = {kind: [n for n, one in enumerate(sums[kind]) if int(one, 16)] for kind in sums}
    assert used == {"own": [leaf(server.documents[0])], "shared": [leaf(server.documents[1])]}


# Enrolment and tokens


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


# Push


def test_what_is_recorded_together_is_one_group_and_is_never_cut(server: Counterpart, phone: NodeDevice) -> None:
    phone.record(*[NOTE] * 60)
    phone.record(*[NOTE] * 60)
    phone.done("sync")
    first, second = server.pushes()
    assert (len(sent(first)), len(sent(second))) == (60, 60)
    assert [len({operation["group"] for operation in push["operations"]}) for push in (first, second)] == [1, 1]
    assert first["outbox"]["count"] == 120


def test_a_lost_push_is_sent_again_byte_for_byte(server: Counterpart, phone: NodeDevice) -> None:
    phone.record(NOTE, NOTE)
    server.once["POST push"] = [LOST]
    phone.done("sync")
    first, second = server.pushes()
    assert first["operations"] == second["operations"]
    assert first["now"] < second["now"]
    assert phone.lines("outbox") == []


def test_a_push_that_is_too_large_is_sent_in_halves(server: Counterpart, phone: NodeDevice) -> None:
    for _ in range(5):
        phone.record(NOTE)
    server.once["POST push"] = [problem(413, "batch-too-large")] * 2
    phone.done("sync")
    assert [sent(push) for push in server.pushes()] == [[1, 2, 3, 4, 5], [1, 2], [1], [2], [3], [4], [5]]


def test_a_group_that_is_too_large_stays_in_the_outbox(server: Counterpart, phone: NodeDevice) -> None:
    phone.record(NOTE, NOTE)
    server.once["POST push"] = [problem(413, "batch-too-large")]
    assert "batch-too-large" in phone.failed("sync")
    assert len(phone.lines("outbox")) == 2


def test_a_server_that_does_not_unpack_gets_plain_text(server: Counterpart, phone: NodeDevice) -> None:
    phone.record(*[NOTE] * 9)
    server.once["POST push"] = [problem(415, "encoding-unsupported")]
    phone.done("sync")
    pushed = [one for one in server.asked if one.what == "POST push"]
    assert ["content-encoding" in one.headers for one in pushed] == [True, False]


def test_a_busy_server_is_asked_again_when_it_says(server: Counterpart, phone: NodeDevice) -> None:
    phone.record(NOTE)
    server.once["POST push"] = [problem(503, "overloaded", {"Retry-After": "0"}), problem(429, "rate-limited")]
    phone.done("sync")
    assert len(server.pushes()) == 3


def test_what_a_gap_names_is_sent_from_the_expected_number(server: Counterpart, phone: NodeDevice) -> None:
    [first], [_], [_] = phone.record(NOTE), phone.record(NOTE), phone.record(NOTE)
    known = {"id": first["id"], "seq": 1, "status": "applied", "positions": [5], "notices": []}
    server.once["POST push"] = [problem(409, "sequence-gap", expected=2, results=[known])]
    phone.done("sync")
    assert [sent(push) for push in server.pushes()] == [[1, 2, 3], [2, 3]]


def test_the_user_hears_what_was_refused_and_keeps_a_copy_of_what_is_in_quarantine(
    server: Counterpart, phone: NodeDevice
) -> None:
    [[refused], [odd]] = phone.record(NOTE), phone.record(("beamed", {}))
    results = [
        {"id": refused["id"], "seq": 1, "status": "rejected", "positions": [5], "problem": {"detail": "Too late."}},
        {"id": odd["id"], "seq": 2, "status": "quarantined", "positions": [6], "problem": {"detail": "What?"}},
    ]
    server.once["POST push"] = [reply({"epoch": "epoch-1", "acknowledged": 2, "results": results})]
    done = phone.run("sync")
    assert "Too late." in done.stderr
    assert phone.lines("outbox") == []
    assert phone.state["operations"][1]["operation"]["type"] == "beamed"


def test_a_forked_device_numbers_what_waits_anew_and_keeps_its_ids(server: Counterpart, phone: NodeDevice) -> None:
    phone.record(NOTE)
    phone.done("sync")
    [waiting] = phone.record(NOTE)
    server.once["POST push"] = [problem(409, "device-forked")]
    assert "enrol again" in phone.failed("sync")
    server.incarnation = 2
    phone.done("enrol", "CODE-2", "phone")
    phone.done("sync")
    last = server.pushes()[-1]
    assert last["incarnation"] == 2
    assert last["operations"] == [waiting | {"seq": 1}]


# A restored server


def test_a_restored_server_gets_everything_again_from_where_it_stands(server: Counterpart, phone: NodeDevice) -> None:
    for _ in range(4):
        phone.record(NOTE)
    phone.done("sync")
    phone.record(NOTE)
    server.epoch = "epoch-2"
    server.once["POST push"] = [problem(409, "epoch-changed", epoch="epoch-2", resend_from=3)]
    phone.done("sync")
    last = server.pushes()[-1]
    assert (sent(last), last["epoch"], "pull" in last) == ([3, 4, 5], "epoch-2", False)
    assert server.asked[-1].query.keys() == {"limit"}


def test_a_pull_from_another_epoch_makes_a_device_ask_what_to_send_again(
    server: Counterpart, phone: NodeDevice
) -> None:
    phone.record(NOTE)
    phone.done("sync")
    server.epoch = "epoch-2"
    server.once["POST push"] = [problem(409, "epoch-changed", epoch="epoch-2", resend_from=1)]
    phone.done("sync")
    first, second, third = server.pushes()
    assert (sent(first), sent(second), sent(third)) == ([1], [], [1])
    assert phone.state["epoch"] == "epoch-2"


def test_what_a_restored_server_lost_and_nobody_keeps_is_named_as_missing(
    server: Counterpart, phone: NodeDevice
) -> None:
    for _ in range(3):
        phone.record(NOTE)
    phone.done("sync")
    state = phone.state
    for entry in state["operations"][:2]:
        entry["answered_at"] -= 8 * 24 * 3600 * 1000
    phone.file.write_text(json.dumps(state))
    phone.done("sync")
    server.epoch = "epoch-2"
    server.once["POST push"] = [problem(409, "epoch-changed", epoch="epoch-2", resend_from=1)]
    phone.done("sync")
    last = server.pushes()[-1]
    assert (last["missing"], sent(last)) == ({"from": 1, "through": 2}, [3])
    phone.record(NOTE)
    phone.done("sync")
    assert "missing" not in server.pushes()[-1]


# Documents


def test_pages_are_kept_one_by_one_with_their_cursors(server: Counterpart, phone: NodeDevice) -> None:
    first, second = server.put("part", "a", shared=True), server.put("part", "b", shared=True)
    server.once["GET pull"] = [
        reply(server.page([first], cursor="half", more=True, digests=None)),
        problem(400, "a-defect"),
    ]
    phone.failed("sync")
    assert (len(phone.lines("show")), phone.state["cursor"]) == (1, "half")
    server.once["GET pull"] = [reply(server.page([second]))]
    phone.done("sync")
    assert server.asked[-1].query["cursor"] == "half"
    assert [document["id"] for document in phone.lines("show")] == ["a", "b"]


def test_what_is_gone_stays_readable_until_what_refers_to_it_has_its_result() -> None:
    job = {"type": "work_order", "id": "job-1", "position": 3, "body": {"status": "open"}}
    waiting = {"seq": 1, "operation": {"id": "1", "data": {"work_order": "job-1"}}, "result": None}
    state = {"documents": {"work_order job-1": job}, "operations": [waiting], "cursor": "c"}
    gone = {"type": "work_order", "id": "job-1", "position": 9, "gone": "reassigned"}
    page = {"changes": [gone], "cursor": "d", "through": 9, "more": False}
    stored = evaluated("replica.mjs", "(m.storePage(given[0], given[1]), given[0])", [state, page])
    assert stored["documents"] == {"work_order job-1": job | {"gone": "reassigned"}}
    assert evaluated("replica.mjs", "m.held(given)", stored) == []

    stored["operations"][0]["result"] = {"status": "applied"}
    assert evaluated("replica.mjs", "(m.removeGone(given), given.documents)", stored) == {}


def test_a_download_begun_anew_removes_what_it_does_not_bring(server: Counterpart, phone: NodeDevice) -> None:
    server.put("part", "a", shared=True)
    old = server.put("part", "b", shared=True)
    phone.done("sync")
    server.documents.remove(old)
    server.once["GET pull"] = [problem(410, "cursor-expired")]
    phone.done("sync")
    assert "cursor" not in server.asked[-1].query
    assert [document["id"] for document in phone.lines("show")] == ["a"]


def test_a_phone_that_lost_a_document_is_healed_leaf_by_leaf(server: Counterpart, phone: NodeDevice) -> None:
    kept, lost = server.put("work_order", "job-1", n=1), server.put("work_order", "job-2", n=2)
    phone.done("sync")
    state = phone.state
    del state["documents"]["work_order job-2"]
    state["documents"]["work_order job-3"] = {"type": "work_order", "id": "job-3", "position": 1, "body": {}}
    phone.file.write_text(json.dumps(state))
    server.once["GET pull"] = [reply(server.page([]))]
    odd = sorted({leaf(lost), leaf({"type": "work_order", "id": "job-3"})})
    healed = server.page([lost] + ([kept] if leaf(kept) in odd else []), own=odd, shared=[])
    server.once["POST verify"] = [reply(healed)]
    phone.done("sync")
    assert digests(phone.lines("show")) == digests(server.documents)
    assert [len(server.asked[-1].body[kind]) for kind in ("own", "shared")] == [256, 256]


def test_a_phone_that_cannot_be_healed_asks_twice_an_hour_at_most(server: Counterpart, phone: NodeDevice) -> None:
    server.put("work_order", "job-1")
    for _ in range(3):
        server.once["GET pull"] = [reply(server.page([]))]
        server.once["POST verify"] = [reply(server.page([], own=[], shared=[]))]
        assert "differ" in phone.failed("sync")
    assert server.whats().count("POST verify") == 2


@pytest.mark.parametrize(("status", "code"), [(403, "device-suspended"), (426, "upgrade-required")])
def test_a_device_that_may_not_pull_goes_on_pushing(
    server: Counterpart, phone: NodeDevice, status: int, code: str
) -> None:
    phone.record(NOTE)
    server.once["GET pull"] = [problem(status, code)]
    done = phone.run("sync")
    assert code in done.stderr
    assert phone.lines("outbox") == []


# Photos


def photographed(phone: NodeDevice, content: bytes) -> str:
    """Record a photo; the path of its blob."""
    path = phone.file.with_name("photo.jpg")
    path.write_bytes(content)
    data = {"work_order": "job-1", "media_type": "image/jpeg"}
    [operation] = phone.record(("photo_taken", data), options=("--blob", str(path)))
    assert (operation["data"]["sha256"], operation["data"]["size"]) == (
        hashlib.sha256(content).hexdigest(),
        len(content),
    )
    return f"blobs/{operation['data']['sha256']}"


def test_a_photo_goes_on_from_where_its_upload_stopped(server: Counterpart, phone: NodeDevice) -> None:
    content = bytes(range(256)) * 2048
    blob = photographed(phone, content)
    server.once[f"HEAD {blob}"] = [reply(Upload_Offset="262144", Upload_Length=str(len(content)))]
    server.once[f"PUT {blob}"] = [
        problem(409, "upload-offset-mismatch", offset=262000),
        reply(Upload_Offset="524144"),
        reply(Upload_Offset="524288"),
    ]
    phone.done("sync")
    puts = [one for one in server.asked if one.what == f"PUT {blob}"]
    assert [int(one.headers["upload-offset"]) for one in puts] == [262144, 262000, 524144]
    assert puts[1].raw + puts[2].raw == content[262000:]
    assert phone.state["blobs"] == {}


def test_a_photo_that_nobody_names_yet_waits_and_blocks_nothing(server: Counterpart, phone: NodeDevice) -> None:
    blob = photographed(phone, b"jpeg")
    phone.done("sync")
    assert phone.lines("outbox") == []
    assert len(phone.state["blobs"]) == 1
    server.once[f"HEAD {blob}"] = [reply(Upload_Offset="0", Upload_Length="4")]
    server.once[f"PUT {blob}"] = [reply(Upload_Offset="4")]
    phone.done("sync")
    assert phone.state["blobs"] == {}


# A lost device


def test_a_lost_device_hands_in_its_outbox_and_erases_itself(server: Counterpart, phone: NodeDevice) -> None:
    photographed(phone, b"jpeg")
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


# The file


def test_a_file_belongs_to_one_process_at_a_time(phone: NodeDevice) -> None:
    lock = phone.file.with_name("phone.json.lock")
    lock.write_text(str(os.getpid()))
    assert f"in use by process {os.getpid()}" in phone.failed("outbox")
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    lock.write_text(str(dead.pid))
    assert phone.lines("outbox") == []
    assert not lock.exists()


def test_a_state_that_could_not_be_written_has_not_happened(phone: NodeDevice) -> None:
    before = phone.file.read_bytes()
    phone.file.with_name("phone.json.new").mkdir()
    assert phone.failed("record", "note_added", "{}")
    assert phone.file.read_bytes() == before
