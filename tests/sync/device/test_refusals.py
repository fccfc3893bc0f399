"""Refusals: what the server cannot take now is sent later, and nothing leaves the outbox meanwhile."""

from collections.abc import Callable

import pytest

from sync.device import Device, OfflineError, RefusedError
from tests.support.fake_office import JOB, FakeOffice, answers_with
from tests.support.fake_office_enrolment import problem, reply


def record(device: Device, count: int) -> list[str]:
    return [device.record("note_added", {"work_order": JOB, "text": f"x{number}"}) for number in range(count)]


def test_only_a_result_takes_an_operation_out_of_the_outbox(office: FakeOffice, device: Device) -> None:
    id_ = record(device, 1)[0]
    for results in ([], [{"id": "another", "status": "applied"}], [{"id": id_, "status": "postponed"}]):
        office.faults.append(answers_with(reply(200, {"acknowledged": 1, "results": results})))
        with pytest.raises(OfflineError):
            device.push()

    assert len(device.outbox()) == 1


def test_a_busy_server_is_asked_again_after_the_time_it_names_and_some_chance(
    office: FakeOffice, device: Device, slept: list[float]
) -> None:
    record(device, 1)
    office.faults += [answers_with(problem(503, "overloaded", {"retry-after": "7"}))]
    office.faults += [answers_with(problem(429, "rate-limited", {"retry-after": "9"}))]

    device.push()

    assert device.outbox() == []
    assert 7 <= slept[0] <= 10.5
    assert 9 <= slept[1] <= 13.5
    assert len({slept[0] - 7, slept[1] - 9, 0.0}) == 3


def test_a_long_wait_is_left_to_the_person(office: FakeOffice, device: Device, slept: list[float]) -> None:
    record(device, 1)
    office.faults.append(answers_with(problem(503, "overloaded", {"retry-after": "600"})))

    with pytest.raises(OfflineError, match="overloaded"):
        device.push()

    assert slept == []


def test_large_bodies_travel_compressed_unless_the_server_cannot_read_them(office: FakeOffice, device: Device) -> None:
    record(device, 20)
    office.faults.append(answers_with(problem(415, "encoding-unsupported")))
    device.push()
    assert "content-encoding" not in office.headers
    device._local.wire.gzip = True
    record(device, 20)

    device.push()

    assert office.headers["content-encoding"] == "gzip"
    assert len(office.operations) == 40


def test_a_clone_is_told_to_enrol_again_and_keeps_its_work(
    office: FakeOffice, device: Device, opened: Callable[..., Device]
) -> None:
    ids = record(device, 2)
    device.push()
    office.operations[1:] = [{"id": "made by a clone"}, {"id": "made by a clone"}]
    ids += record(device, 1)
    with pytest.raises(RefusedError, match="enrol it again"):
        device.push()
    office.incarnation, office.operations = 2, []

    device = opened()
    device.enrol("another code", "Ada's phone")

    assert [(item["id"], item["seq"]) for item in device.outbox()] == list(zip(ids, (1, 2, 3), strict=True))
    ids += record(device, 1)
    device.push()
    assert [item["id"] for item in office.operations] == ids
    assert {item["status"] for item in device.results()} == {"applied"}
