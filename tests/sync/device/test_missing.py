"""Numbers that neither side has any more are named, and block nothing."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from sync.device import Device, RefusedError
from tests.support.fake_office import JOB, FakeOffice, answers_with, lost
from tests.support.fake_office_enrolment import problem, reply


def record(device: Device, count: int) -> list[str]:
    return [device.record("note_added", {"work_order": JOB, "text": f"x{number}"}) for number in range(count)]


def arrived(office: FakeOffice) -> list[str]:
    return [item["id"] for item in office.operations]


def test_what_nobody_has_any_more_is_named_and_blocks_nothing(
    office: FakeOffice, device: Device, opened: Callable[..., Device]
) -> None:
    record(device, 3)
    device.push()
    device = opened(later=timedelta(days=5))
    ids = record(device, 2)
    device.push()
    device = opened(later=timedelta(days=3))
    ids += record(device, 1)
    device.push()
    office.restore(1)

    device.sync()

    assert arrived(office)[1:] == ["lost", "lost", *ids]
    assert office.envelopes[-1]["missing"] == {"from": 2, "through": 3}
    record(device, 1)
    device.sync()
    assert "missing" not in office.envelopes[-1]
    assert device.outbox() == []


def test_missing_numbers_are_named_though_nothing_else_is_to_be_sent(office: FakeOffice, device: Device) -> None:
    record(device, 3)
    device.push()
    device.db.execute("DELETE FROM operations")
    office.restore(1)
    page = office.pull_body([], 7)
    office.faults.append(answers_with(reply(200, page)))

    device.pull()

    assert arrived(office)[1:] == ["lost", "lost"]
    assert office.envelopes[-1]["operations"] == []


def test_a_gap_whose_number_is_no_longer_kept_is_named(office: FakeOffice, device: Device) -> None:
    record(device, 3)
    device.push()
    device.db.execute("DELETE FROM operations WHERE seq < 3")
    del office.operations[1:]  # it was restored without beginning a new life

    ids = record(device, 1)
    device.push()

    assert arrived(office)[1] == "lost"
    assert arrived(office)[3:] == ids
    assert device.outbox() == []


def test_missing_numbers_are_named_again_when_the_reply_is_lost(office: FakeOffice, device: Device) -> None:
    record(device, 3)
    device.push()
    device.db.execute("DELETE FROM operations WHERE seq = 2")
    office.restore(1)
    record(device, 1)
    office.faults += [lambda _path, answer: answer(), lost]

    device.push()

    assert [envelope.get("missing") for envelope in office.envelopes[-2:]] == [{"from": 2, "through": 2}] * 2
    assert device.outbox() == []


def test_numbers_that_are_no_longer_kept_end_a_batch(office: FakeOffice, device: Device) -> None:
    ids = [device.record("gibberish", {}) for _ in range(6)]
    device.push()
    device.db.execute("DELETE FROM operations WHERE seq IN (2, 4)")
    office.restore(0)

    device.sync()

    sent = [(envelope.get("missing"), len(envelope["operations"])) for envelope in office.envelopes[2:]]
    assert sent == [(None, 1), ({"from": 2, "through": 2}, 1), ({"from": 4, "through": 4}, 2)]
    assert [item["id"] for item in office.operations] == [ids[0], "lost", ids[2], "lost", ids[4], ids[5]]


def test_a_server_that_never_takes_note_of_what_is_missing_is_left(office: FakeOffice, device: Device) -> None:
    device.record("arrived", {})
    device.push()
    device.db.execute("DELETE FROM operations")
    device.record("arrived", {})
    office.faults += [answers_with(problem(409, "sequence-gap", expected=1, results=[]))] * 9

    with pytest.raises(RefusedError, match="sequence-gap"):
        device.push()

    assert len(office.faults) == 5
    assert len(device.outbox()) == 1
