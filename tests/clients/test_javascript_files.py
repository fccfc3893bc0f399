"""The JavaScript client’s file, and the photos beside it."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.clients.counterpart import Counterpart, problem, reply
from tests.clients.node import NodeDevice, needs_node

pytestmark = needs_node


def test_a_photo_goes_on_from_where_its_upload_stopped(server: Counterpart, phone: NodeDevice) -> None:
    content = bytes(range(256)) * 2048
    blob = phone.photograph(content)
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


def test_a_photo_that_nobody_wants_any_more_is_not_sent(server: Counterpart, phone: NodeDevice) -> None:
    blob = phone.photograph(b"jpeg")
    server.once[f"HEAD {blob}"] = [reply(Upload_Offset="0", Upload_Length="0")]
    phone.done("sync")
    assert f"PUT {blob}" not in server.whats()
    assert phone.state["blobs"] == {}


def test_a_photo_that_nobody_names_names_yet_waits_and_blocks_nothing(server: Counterpart, phone: NodeDevice) -> None:
    blob = phone.photograph(b"jpeg")
    phone.done("sync")
    assert phone.lines("outbox") == []
    assert len(phone.state["blobs"]) == 1
    server.once[f"HEAD {blob}"] = [reply(Upload_Offset="0", Upload_Length="4")]
    server.once[f"PUT {blob}"] = [reply(Upload_Offset="4")]
    phone.done("sync")
    assert phone.state["blobs"] == {}


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
