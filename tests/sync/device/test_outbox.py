"""What is recorded stays in the outbox, on disk, until the server has given a result for it."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sync.device import BadUseError, Device, OfflineError
from tests.support.fake_office import FakeOffice, unreachable

RECORD_AND_DIE = """
import os, signal, sys
from sync.device import Device
device = Device(sys.argv[1])
for number in range(3):
    device.record("note_added", {"work_order": "w", "text": f"note {number}"})
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_was_recorded_survives_kill_9_right_after(tmp_path: Path) -> None:
    file = str(tmp_path / "device.db")

    outcome = subprocess.run([sys.executable, "-c", RECORD_AND_DIE, file], check=False, timeout=60)

    assert outcome.returncode == -signal.SIGKILL
    assert [item["data"]["text"] for item in Device(file).outbox()] == ["note 0", "note 1", "note 2"]


def test_an_operation_says_when_it_happened_and_what_its_author_had_seen(office: FakeOffice, device: Device) -> None:
    office.put("work_order", "w1", number="1")
    device.pull()
    at = datetime.fromisoformat("2026-11-21T11:14:03.120+01:00")

    first = device.record("arrived", {"visit": "v"}, at, needs=["other"], group="g")
    second = device.record("work_paused", {"visit": "v"}, v=2)

    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", first)
    assert int(first.replace("-", "")[:12], 16) == int(device.clock().timestamp() * 1000)
    expected = {"id": first, "seq": 1, "type": "arrived", "v": 1, "at": "2026-11-21T11:14:03.120+01:00", "seen": 1}
    expected |= {"group": "g", "needs": ["other"], "data": {"visit": "v"}}
    assert {name: device.outbox()[0][name] for name in expected} == expected
    assert device.outbox()[1]["id"] == second
    assert device.outbox()[1]["seq"] == 2
    assert datetime.fromisoformat(device.outbox()[1]["at"]) == device.clock()


@pytest.mark.parametrize(
    "data", [{"quantity": 1.5}, {"text": "x" * 20_000}, {"text": "\udcff"}, {"at": object()}, {"n": 2**53}, {"é": 1}]
)
def test_what_could_never_be_sent_is_refused_at_once(device: Device, data: dict[str, object]) -> None:
    with pytest.raises(BadUseError):
        device.record("note_added", data)

    device.record("note_added", {})
    assert [item["seq"] for item in device.outbox()] == [1]


def test_a_time_without_its_offset_is_refused(device: Device) -> None:
    with pytest.raises(BadUseError, match="offset"):
        device.record("arrived", {}, datetime(2026, 11, 21, 9))  # noqa: DTZ001


def test_two_processes_share_one_outbox_without_a_gap(tmp_path: Path) -> None:
    file = str(tmp_path / "device.db")
    Device(file).close()
    many = RECORD_AND_DIE.replace("range(3)", "range(40)")

    both = [subprocess.Popen([sys.executable, "-c", many, file]) for _ in range(2)]

    assert [process.wait(60) for process in both] == [-signal.SIGKILL] * 2
    assert [item["seq"] for item in Device(file).outbox()] == list(range(1, 81))


def test_a_failing_network_keeps_everything(office: FakeOffice, device: Device, slept: list[float]) -> None:
    device.record("note_added", {"text": "offline"})
    office.faults += [unreachable] * 3

    with pytest.raises(OfflineError, match="connection refused"):
        device.sync()

    assert len(device.outbox()) == 1
    assert len(slept) == 2
    assert len(device.push()) == 1
    assert device.outbox() == []


def test_acknowledged_operations_are_kept_for_a_week(device: Device, opened: Callable[..., Device]) -> None:
    for kind in ("note_added", "gibberish"):
        device.record(kind, {"text": "kept"})
    device.push()
    assert [item["operation"]["data"] for item in device.results()] == [{"text": "kept"}] * 2

    device = opened(later=timedelta(days=7, seconds=1))
    device.record("note_added", {})
    device.push()

    assert [item["status"] for item in device.results()] == ["quarantined", "applied"]


def test_the_file_is_written_through_to_the_disk(device: Device) -> None:
    assert device.db.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert device.db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert device.db.execute("PRAGMA secure_delete").fetchone()[0] == 1
    assert json.loads(json.dumps(device.status()))["unsent"] == 0
    assert os.path.exists(device.path + "-wal")  # noqa: PTH110


def test_only_its_owner_may_read_the_file_since_it_holds_the_tokens_and_the_key(device: Device) -> None:
    files = [Path(device.path + end) for end in ("", "-wal", "-shm")]

    assert [file.stat().st_mode & 0o777 for file in files] == [0o600] * 3


def test_a_clock_that_jumps_does_not_end_the_week_early(
    office: FakeOffice, device: Device, opened: Callable[..., Device]
) -> None:
    office.time = "2026-11-21T15:00:00.000+00:00"
    device.record("note_added", {"text": "kept"})
    device.push()

    device = opened(later=timedelta(days=400))
    device.record("note_added", {"text": "kept too"})
    device.push()

    assert len(device.results()) == 2
    office.time = "2026-11-28T15:00:01.000+00:00"
    device.record("note_added", {})
    device.push()
    assert len(device.results()) == 1
