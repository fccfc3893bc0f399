"""Kill -9 at any statement that the device runs on its file: afterwards everything is there once, on both sides."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sync.device import Device
from tests.support.fake_office import JOB, PART, VAN, FakeOffice

WORK_AND_DIE = """
import os, signal, sys
from sync.device import Device
device = Device(sys.argv[1])
left = int(sys.argv[2])
def count(statement):
    global left
    left -= 1
    if left == 0 or sys.argv[3] != "" and sys.argv[3] in statement:
        os.kill(os.getpid(), signal.SIGKILL)
device.db.set_trace_callback(count)
if sys.argv[4] == "pull":
    device.pull()
device.record("part_used", {"work_order": "%s", "location": "%s", "part": "%s", "quantity": "1", "serials": []})
device.sync()
print(left)
"""


def work(file: Path, statements: int, at: str = "", by: str = "sync") -> subprocess.CompletedProcess[str]:
    """Record and sync in a process that dies at that statement."""
    command = [sys.executable, "-c", WORK_AND_DIE % (JOB, VAN, PART), str(file), str(statements), at, by]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("by", ["sync", "pull"])
def test_kill_9_between_a_page_and_its_cursor_keeps_neither(
    office: FakeOffice, url: str, tmp_path: Path, by: str
) -> None:
    for number in range(3):
        office.put("part", f"p{number}", number=str(number))
    file = tmp_path / "device.db"
    device = Device(str(file), url)
    device.enrol("code", "phone")

    outcome = work(file, -1, "VALUES ('cursor'", by)

    assert outcome.returncode == -signal.SIGKILL, outcome.stderr
    assert device.documents("part") == []
    assert device.status()["through"] is None
    assert device.pull() == 3
    assert device.status()["through"] == office.position


def test_kill_9_at_every_statement_loses_nothing_and_repeats_nothing(
    office: FakeOffice, url: str, tmp_path: Path
) -> None:
    office.put("stock", f"{VAN}/{PART}", location=VAN, part=PART, on_hand="1000", reserved="0")
    file, recorded = tmp_path / "device.db", 0
    device = Device(str(file), url)
    device.enrol("code", "phone")
    needed = -int(work(file, 0).stdout)
    assert needed > 20

    for statement in range(1, needed + 1):
        before = len(device.outbox()) + len(device.results())
        outcome = work(file, statement)
        assert outcome.returncode == -signal.SIGKILL, outcome.stderr
        kept = len(device.outbox()) + len(device.results())
        assert kept - before in (0, 1)
        recorded = kept
        if statement % 5 == 0:
            device.sync()

    device.sync()
    assert device.outbox() == []
    assert len({item["id"] for item in office.operations}) == len(office.operations) == recorded
    assert [item["operation"]["id"] for item in device.results()] == [item["id"] for item in office.operations]
    assert [row["body"]["on_hand"] for row in device.documents("stock")] == [str(1000 - recorded)]
