"""Signatures: made once, when the operation is, with a key that never leaves the device's file."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from sync.device import Device, RefusedError
from tests.support.fake_office import JOB, FakeOffice
from tests.support.fake_office_enrolment import is_signed, problem


def stored(device: Device) -> list[str]:
    return [row[0] for row in device.db.execute("SELECT operation FROM operations ORDER BY n")]


def test_a_device_makes_its_key_at_its_first_start_and_signs_what_it_records(
    office: FakeOffice, opened: Callable[..., Device]
) -> None:
    before = opened().record("note_added", {"work_order": JOB, "text": "grüße \U0001f600"})
    device = opened()
    device.enrol("code", "phone")
    after = device.record("note_added", {"work_order": JOB, "text": "x"})

    device.push()

    assert office.key is not None
    assert device.status()["signs"] is True
    assert [item["id"] for item in office.operations] == [before, after]
    assert all(is_signed(office.key, item) for item in office.operations)
    assert office.enrolments[0]["public_key"] == office.key
    assert [result["status"] for result in device.results()] == ["applied", "applied"]


def test_an_operation_that_was_changed_no_longer_fits_its_signature(device: Device) -> None:
    device.record("note_added", {"work_order": JOB, "text": "x"})
    device.db.execute("""UPDATE operations SET operation = replace(operation, '"x"', '"y"')""")

    assert [result["status"] for result in device.push()] == ["quarantined"]


def test_a_new_number_leaves_the_signature_as_it_is(office: FakeOffice, device: Device) -> None:
    device._local.file.set(last_seq=7)
    device.record("note_added", {"work_order": JOB, "text": "unsent"})
    [before] = device.outbox()
    assert before["seq"] == 8
    office.incarnation, office.operations = 2, []

    device.enrol("another code", "phone")

    assert device.outbox() == [before | {"seq": 1}]
    assert [result["status"] for result in device.push()] == ["applied"]


@pytest.mark.usefixtures("unsigned")
def test_without_the_package_everything_works_unsigned(office: FakeOffice, device: Device) -> None:
    device.record("note_added", {"work_order": JOB, "text": "x"})

    device.push()

    assert office.key is None
    assert "proof" not in office.enrolments[0]
    assert "signature" not in office.operations[0]
    assert device.status()["signs"] is False


def test_a_device_that_gets_the_package_later_signs_what_it_has_when_it_enrols_again(
    office: FakeOffice, opened: Callable[..., Device], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric.ed25519", None)
        device = opened()
        device.enrol("code", "phone")
        device.record("note_added", {"work_order": JOB, "text": "unsigned"})
    device.record("note_added", {"work_order": JOB, "text": "still unsigned"})
    assert not any("signature" in item for item in device.outbox())
    office.incarnation = 2

    device.enrol("another code", "phone")

    assert office.key is not None
    assert [result["status"] for result in device.push()] == ["applied", "applied"]


def test_a_company_that_wants_signatures_says_so(office: FakeOffice, opened: Callable[..., Device]) -> None:
    office.faults.append(lambda _path, _answer: problem(403, "signature-required"))

    with pytest.raises(RefusedError, match="cryptography"):
        opened().enrol("code", "phone")


def test_a_copy_of_the_folder_under_another_name_runs_on_the_standard_library_alone(tmp_path: Path) -> None:
    copytree(Path(__file__).parents[3] / "sync/device", tmp_path / "phone", ignore=ignore_patterns("__pycache__"))
    run = f"import runpy, sys; sys.path.insert(0, {str(tmp_path)!r}); runpy.run_module('phone', run_name='__main__')"
    words = ["--home", str(tmp_path / "alone.db"), "record", "note_added", '{"text":"alone"}']

    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", run, *words], capture_output=True, text=True, check=False, timeout=60
    )

    assert (done.returncode, done.stderr) == (0, "")
    [operation] = [json.loads(text) for text in stored(Device(str(tmp_path / "alone.db")))]
    assert operation["data"] == {"text": "alone"}
    assert "signature" not in operation
