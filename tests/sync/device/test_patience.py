"""Patience: a failure is followed by a longer and longer wait, which a restart does not cut short."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from sync.device import Device, OfflineError, RefusedError
from tests.support.fake_office import JOB, FakeOffice, answers_with, unreachable
from tests.support.fake_office_enrolment import problem


def test_waits_double_up_to_a_minute_and_have_some_chance_in_them(
    office: FakeOffice, device: Device, opened: Callable[..., Device], slept: list[float]
) -> None:
    del device
    office.faults += [unreachable] * 10

    opened(tries=11).pull()

    lowest = [0.5, 1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert all(low <= wait <= 1.5 * low for low, wait in zip(lowest, slept, strict=True))
    assert len({wait / low for low, wait in zip(lowest, slept, strict=True)}) == 10


def test_a_loop_of_failing_syncs_waits_as_long_as_one_that_is_patient(
    office: FakeOffice, opened: Callable[..., Device], slept: list[float]
) -> None:
    device = opened(tries=1)
    device.enrol("code", "phone")
    for _ in range(4):
        office.faults.append(unreachable)
        with pytest.raises(OfflineError):
            opened(tries=1).sync()

    assert len(slept) == 3
    assert all(low <= wait <= 1.5 * low for low, wait in zip((0.5, 1, 2), slept, strict=True))


def test_what_has_passed_meanwhile_is_not_waited_for_again(
    office: FakeOffice, device: Device, opened: Callable[..., Device], slept: list[float]
) -> None:
    office.faults.append(unreachable)
    with pytest.raises(OfflineError):
        opened(tries=1).pull()

    opened(later=timedelta(seconds=1)).pull()

    assert slept == []
    device.pull()
    assert slept == []


def test_a_long_retry_after_holds_for_the_next_start_without_asking(
    office: FakeOffice, device: Device, opened: Callable[..., Device], slept: list[float]
) -> None:
    del device
    office.faults.append(answers_with(problem(429, "rate-limited", {"retry-after": "600"})))
    with pytest.raises(OfflineError):
        opened().pull()
    asked = len(office.asked)

    with pytest.raises(OfflineError, match="left alone for another") as error:
        opened(later=timedelta(seconds=100)).pull()

    assert len(office.asked) == asked
    assert 500 <= (error.value.wait or 0) <= 800
    opened(later=timedelta(seconds=900)).pull()
    assert slept == []


def test_a_clock_that_is_put_back_does_not_make_the_wait_longer(
    office: FakeOffice, device: Device, opened: Callable[..., Device], slept: list[float]
) -> None:
    del device
    office.faults.append(answers_with(problem(503, "overloaded", {"retry-after": "600"})))
    with pytest.raises(OfflineError):
        opened().pull()

    opened(later=timedelta(days=-400)).pull()

    assert slept == []


def test_a_server_that_asks_for_years_gets_a_day(
    office: FakeOffice, device: Device, opened: Callable[..., Device]
) -> None:
    del device
    office.faults.append(answers_with(problem(503, "overloaded", {"retry-after": "999999999"})))
    with pytest.raises(OfflineError):
        opened().pull()

    opened(later=timedelta(days=1.6)).pull()

    assert office.asked[-2:] == ["GET pull", "GET pull"]


def test_a_refusal_is_an_answer_and_ends_the_wait(office: FakeOffice, device: Device, slept: list[float]) -> None:
    office.faults += [unreachable, answers_with(problem(400, "stop"))]
    with pytest.raises(RefusedError):
        device.pull()

    device.pull()

    assert len(slept) == 1


def test_an_old_app_goes_on_sending_and_tells_its_user(office: FakeOffice, device: Device) -> None:
    device.record("note_added", {"work_order": JOB, "text": "out"})
    office.faults += [answers_with(problem(426, "upgrade-required")), lambda _path, answer: answer()]
    office.faults += [answers_with(problem(426, "upgrade-required")), lambda _path, answer: answer()]
    office.faults += [answers_with(problem(426, "upgrade-required"))]

    synced = device.sync()

    assert len(office.operations) == 1
    assert (synced.caught_up, synced.documents) == (False, 0)
    assert "too old" in (synced.notice or "")


def test_an_app_that_is_thought_too_old_says_how_old_it_is_although_it_has_nothing_to_send(
    office: FakeOffice, device: Device
) -> None:
    office.asked.clear()
    office.faults.append(answers_with(problem(426, "upgrade-required")))

    synced = device.sync()

    assert synced.caught_up
    assert office.asked.count("POST push") == 1


def test_a_suspended_device_goes_on_sending_and_tells_its_user(office: FakeOffice, device: Device) -> None:
    device.record("note_added", {"work_order": JOB, "text": "out"})
    device.push()
    office.faults.append(answers_with(problem(403, "device-suspended")))

    synced = device.sync()

    assert "suspended" in (synced.notice or "")
    office.faults.append(answers_with(problem(403, "device-suspended")))
    with pytest.raises(RefusedError, match="suspended"):
        device.pull()
