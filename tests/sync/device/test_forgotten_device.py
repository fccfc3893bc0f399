"""A device that was to erase itself, and that a restored server no longer knows, is not lost for good."""

import pytest

from sync.device import Device, RefusedError
from tests.support.fake_office import JOB, FakeOffice, answers_with
from tests.support.fake_office_enrolment import problem


def test_a_device_whose_tokens_a_restored_server_has_forgotten_needs_only_a_code(
    office: FakeOffice, device: Device
) -> None:
    ids = [device.record("note_added", {"work_order": JOB, "text": "x"}) for _ in range(3)]
    forgotten = answers_with(problem(401, "token-expired"))
    office.revoked = {"wipe": True, "salvage": True}
    office.faults += [lambda _path, answer: answer(), forgotten, forgotten]
    with pytest.raises(RefusedError, match="away for too long"):
        device.sync()
    office.revoked = None
    office.faults += [forgotten, forgotten]

    device.enrol("another code", "phone")
    device.sync()

    assert [item["id"] for item in office.operations] == ids
    assert device.outbox() == []
    assert office.wiped == 0
