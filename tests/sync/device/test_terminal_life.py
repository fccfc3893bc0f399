"""What becomes of a device from a terminal: copied, run in a loop, erased, read by halves."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.support.fake_office import FakeOffice

Type = Callable[..., subprocess.CompletedProcess[str]]


def test_a_copy_of_the_file_becomes_a_second_device(office: FakeOffice, day: Type) -> None:
    office.incarnation = 2

    outcome = day("enrol", "CODE", "--name", "second", "--as-new")

    assert outcome.stdout.startswith("Enrolled for Ada.\nSent 0, received ")
    assert len({wish["install_id"] for wish in office.enrolments}) == 2


def test_a_loop_runs_until_it_is_ended_and_says_what_it_does(office: FakeOffice, day: Type, tmp_path: Path) -> None:
    office.news = [b"event: wake\n"]
    day("note", "1001", "out")
    command = [sys.executable, "-W", "error", "-m", "sync.device", "--home", str(tmp_path / "ada.db"), "run"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as loop:
        assert loop.stdout is not None
        output = [loop.stdout.readline() for _ in range(2)]
        office.revoked = {"wipe": True, "salvage": True}
        _, errors = loop.communicate(timeout=60)

    assert output == ["Sent 1, received 0 documents.\n", "Sent 0, received 0 documents.\n"]
    assert (loop.returncode, errors) == (1, "The office has revoked this device, and it has erased itself.\n")


def test_whoever_reads_only_the_beginning_sees_no_fault(day: Type, tmp_path: Path) -> None:
    day("sync")
    command = f"{sys.executable} -W error -m sync.device --home {tmp_path / 'ada.db'} stock | true"
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False, timeout=60)
    assert done.stderr == ""
