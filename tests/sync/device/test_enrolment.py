"""Enrolment: the same request again when the reply is lost, and a second device out of a copy."""

import shutil
from collections.abc import Callable
from random import Random

import pytest

from sync.device import Device, OfflineError, RefusedError
from tests.support.fake_office import JOB, FakeOffice, lost
from tests.support.fake_office_enrolment import is_signed, problem


def test_a_lost_reply_is_asked_for_with_the_very_same_request(
    office: FakeOffice, opened: Callable[..., Device]
) -> None:
    device = opened(tries=1)
    office.faults.append(lost)
    with pytest.raises(OfflineError):
        device.enrol("code", "phone")
    assert device.status()["device_id"] is None

    opened().enrol("code", "phone")

    assert office.enrolments[0] == office.enrolments[1]
    assert opened().status()["device_id"] == "d1"


@pytest.mark.usefixtures("unsigned")
def test_also_a_device_that_gets_a_key_with_the_code_asks_with_the_same_one(
    office: FakeOffice, opened: Callable[..., Device], monkeypatch: pytest.MonkeyPatch
) -> None:
    device = opened(tries=1)
    monkeypatch.undo()
    office.faults.append(lost)
    with pytest.raises(OfflineError):
        device.enrol("code", "phone")

    opened().enrol("code", "phone")

    assert office.enrolments[0]["public_key"] == office.enrolments[1]["public_key"] == office.key


def test_a_copy_becomes_a_second_device_with_a_name_of_its_own_and_the_same_key(
    office: FakeOffice, device: Device, opened: Callable[..., Device]
) -> None:
    ids = [device.record("note_added", {"work_order": JOB, "text": "unsent in both"})]
    first = device.status()["install_id"]
    device.close()
    shutil.copy(device.path, device.path.replace("device.db", "copy.db"))
    copy = opened("copy.db", tries=1)
    office.incarnation = 2
    office.faults.append(lost)

    with pytest.raises(OfflineError):
        copy.enrol("another code", "second phone", as_new=True)
    assert copy.status()["install_id"] == first
    copy.enrol("another code", "second phone", as_new=True)

    assert [wish["install_id"] == first for wish in office.enrolments] == [True, False, False]
    assert office.enrolments[1] == office.enrolments[2]
    assert len({wish["public_key"] for wish in office.enrolments}) == 1
    assert copy.status()["install_id"] == office.enrolments[1]["install_id"]
    ids.append(copy.record("note_added", {"work_order": JOB, "text": "its own"}))
    assert office.key is not None
    assert all(is_signed(office.key, item) for item in copy.outbox())
    assert [(item["id"], item["seq"]) for item in copy.outbox()] == [(ids[0], 1), (ids[1], 2)]


def test_a_code_that_is_refused_leaves_a_copy_as_it_was(office: FakeOffice, device: Device) -> None:
    first = device.status()["install_id"]
    office.faults.append(lambda _path, _answer: problem(403, "code-used"))

    with pytest.raises(RefusedError):
        device.enrol("bad code", "phone", as_new=True)

    assert device.status()["install_id"] == first
    device.record("note_added", {"work_order": JOB, "text": "x"})
    assert [result["status"] for result in device.push()] == ["applied"]


def test_another_code_begins_another_attempt(office: FakeOffice, device: Device) -> None:
    office.faults.append(lambda _path, _answer: problem(403, "code-used"))
    with pytest.raises(RefusedError):
        device.enrol("bad code", "phone", as_new=True)

    device.enrol("good code", "phone")

    assert office.enrolments[0]["install_id"] == office.enrolments[1]["install_id"]


def test_a_fresh_code_sends_everything_kept_though_the_server_says_nothing_of_a_loss(
    office: FakeOffice, device: Device
) -> None:
    ids = [device.record("note_added", {"work_order": JOB, "text": "sent"}) for _ in range(2)]
    device.sync()
    ids.append(device.record("note_added", {"work_order": JOB, "text": "unsent"}))
    office.restore(0, epoch="e1")  # in silence, and the enrolment is lost with it

    device.enrol("a fresh code", "phone")

    assert [(item["id"], item["seq"]) for item in device.outbox()] == list(zip(ids, (1, 2, 3), strict=True))
    device.sync()
    assert [item["id"] for item in office.operations] == ids
    assert device.status()["agrees"] is True


def test_the_same_code_once_more_only_brings_other_tokens(office: FakeOffice, device: Device) -> None:
    ids = [device.record("note_added", {"work_order": JOB, "text": "sent"})]
    device.sync()
    office.generation += 1

    device.enrol("code", "phone")
    ids.append(device.record("note_added", {"work_order": JOB, "text": "next"}))
    device.push()

    assert [(item["id"], item["seq"]) for item in office.operations] == [(ids[0], 1), (ids[1], 2)]
    assert len(office.results) == 2


def test_all_chance_comes_from_one_source_and_all_time_from_one_clock(
    office: FakeOffice, opened: Callable[..., Device]
) -> None:
    recorded = []
    for name in ("a.db", "b.db"):
        device = opened(name, random=Random(7))
        device.enrol("code", "phone")
        device.record("note_added", {"work_order": JOB, "text": "x"})
        recorded.append(
            ([row[0] for row in device.db.execute("SELECT operation FROM operations")], office.enrolments[-1])
        )

    assert recorded[0] == recorded[1]
