"""Tokens: refreshed when they expire, stored before they are used, and traded by one process at a time."""

from collections.abc import Callable
from threading import Thread

import pytest

from sync.device import BadUseError, Device, OfflineError, RefusedError
from tests.support.fake_office import JOB, FakeOffice, answers_with, lost, unreachable
from tests.support.fake_office_enrolment import problem, reply


def test_an_expired_token_is_traded_and_the_request_repeated(office: FakeOffice, device: Device) -> None:
    device.record("note_added", {"work_order": JOB, "text": "x"})
    office.generation += 1  # the access token of before no longer counts

    device.push()

    assert office.asked[1:] == ["POST push", "POST token", "POST push"]
    assert device.outbox() == []


def test_the_new_pair_is_on_disk_before_it_is_used(office: FakeOffice, opened: Callable[..., Device]) -> None:
    impatient = opened(tries=1)
    impatient.enrol("code", "phone")
    office.generation += 1
    office.faults += [lambda _path, answer: answer()] * 2 + [unreachable]
    with pytest.raises(OfflineError):
        impatient.pull()

    assert opened().pull() == 0
    assert office.refreshes == 1


def test_two_processes_trade_the_token_once(office: FakeOffice, device: Device, opened: Callable[..., Device]) -> None:
    path, failures, devices = device.path, list[Exception](), list[Device]()
    office.generation += 1

    def pull() -> None:
        try:
            own = Device(path, transport=office.transport)
            devices.append(own)
            own.pull()
            own.close()
        except Exception as error:  # noqa: BLE001
            failures.append(error)

    threads = [Thread(target=pull) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert failures == []
    assert office.refreshes == 1
    assert len(devices) == 6
    assert opened().pull() == 0


def test_a_lost_pair_of_tokens_is_given_again_to_the_device_that_can_sign(office: FakeOffice, device: Device) -> None:
    device.record("note_added", {"work_order": JOB, "text": "x"})
    office.generation += 1
    office.faults += [lambda _path, answer: answer(), lost]

    device.sync()

    assert [wish["refresh_token"] for wish in office.tokens] == ["refresh-0"] * 3
    assert [wish.get("challenge") for wish in office.tokens] == [None, None, "challenge-2"]
    assert {wish["device_id"] for wish in office.tokens} == {"d1"}
    assert device.outbox() == []


@pytest.mark.usefixtures("unsigned")
def test_a_reused_refresh_token_is_told_and_the_outbox_kept_for_the_next_enrolment(
    office: FakeOffice, device: Device, opened: Callable[..., Device]
) -> None:
    id_ = device.record("note_added", {"work_order": JOB, "text": "x"})
    office.generation += 1
    office.faults += [lambda _path, answer: answer(), lost]
    with pytest.raises(RefusedError, match="enrol it again") as refusal:
        device.sync()
    assert refusal.value.code == "token-reused"
    assert len(device.outbox()) == 1
    assert office.tokens[-1] == {"refresh_token": "refresh-0"}

    device = opened()
    device.enrol("a new code", "Ada's phone")
    device.sync()

    assert [item["id"] for item in office.operations] == [id_]


def test_a_token_that_expires_at_once_again_is_not_traded_for_ever(office: FakeOffice, device: Device) -> None:
    office.faults += [answers_with(problem(401, "token-expired")), lambda _path, answer: answer()]
    office.faults += [answers_with(problem(401, "token-expired"))]

    with pytest.raises(RefusedError, match="enrol it again"):
        device.pull()

    assert office.refreshes == 1


def test_a_device_that_is_not_enrolled_works_and_sends_later(office: FakeOffice, opened: Callable[..., Device]) -> None:
    device = opened()
    id_ = device.record("note_added", {"work_order": JOB, "text": "before"})
    with pytest.raises(RefusedError, match="not enrolled"):
        device.push()

    device.enrol("code", "phone")
    device.push()

    assert [item["id"] for item in office.operations] == [id_]


def test_a_file_with_one_technician_s_work_is_not_given_to_another(office: FakeOffice, device: Device) -> None:
    device.record("note_added", {"work_order": JOB, "text": "Ada's"})
    other = {"technician": {"id": "somebody else"}, "device_id": "d2", "incarnation": 1}
    office.faults.append(answers_with(reply(201, {**other, "access_token": "a", "refresh_token": "r"})))

    with pytest.raises(BadUseError, match="holds the work of Ada"):
        device.enrol("code", "phone")

    assert device.status()["device_id"] == "d1"
    assert len(device.push()) == 1


def test_an_address_that_is_none_is_refused(opened: Callable[..., Device], device: Device) -> None:
    del device
    with pytest.raises(BadUseError, match="not an http"):
        Device(opened().path, "ftp://office")
