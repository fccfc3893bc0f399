"""A restored server: everything that it has lost is sent again, once, and what nobody has any more is named."""

from collections.abc import Callable

import pytest

from sync.device import Device, OfflineError, RefusedError, Reply
from sync.device.json_text import Json
from tests.support.fake_office import JOB, FakeOffice, answers_with, unreachable
from tests.support.fake_office_enrolment import problem, reply


def record(device: Device, count: int) -> list[str]:
    return [device.record("note_added", {"work_order": JOB, "text": f"x{number}"}) for number in range(count)]


def arrived(office: FakeOffice) -> list[str]:
    return [item["id"] for item in office.operations]


def test_what_a_restored_server_has_lost_is_sent_again_and_everything_fetched_anew(
    office: FakeOffice, device: Device
) -> None:
    office.put("work_order", JOB, number="1")
    office.put("work_order", "w2", number="2")
    ids = record(device, 5)
    device.sync()
    office.restore(2)
    del office.documents["work_order", "w2"]
    ids += record(device, 1)

    synced = device.sync()

    assert arrived(office) == ids
    assert len(synced.results) == 4
    assert device.status()["epoch"] == "e2"
    assert [row["id"] for row in device.documents("work_order")] == [JOB]
    assert [len(envelope["operations"]) for envelope in office.envelopes] == [5, 1, 4]


def test_another_epoch_in_a_pull_is_answered_with_the_next_push_even_when_there_is_nothing_to_send(
    office: FakeOffice, device: Device
) -> None:
    ids = record(device, 3)
    device.sync()
    office.restore(1)
    page = office.pull_body([], 7)
    office.faults.append(answers_with(reply(200, page)))
    office.asked.clear()

    device.pull()

    assert office.asked == ["GET pull", "POST push", "POST push", "GET pull"]
    assert office.envelopes[-2]["operations"] == []
    assert office.envelopes[-2]["epoch"] == "e1"
    assert arrived(office) == ids
    assert device.outbox() == []
    assert device.status()["epoch"] == "e2"


def test_a_cursor_of_another_epoch_leads_to_the_same(office: FakeOffice, device: Device) -> None:
    ids = record(device, 3)
    device.sync()
    office.restore(1)

    device.sync()

    assert arrived(office) == ids
    assert device.status()["agrees"] is True


def test_a_server_that_only_says_its_new_epoch_gets_everything_again(office: FakeOffice, device: Device) -> None:
    ids = record(device, 2)
    device.push()
    ids += record(device, 1)
    result = {"id": ids[2], "seq": 3, "status": "applied", "positions": [3]}
    office.epoch = "e2"
    office.faults.append(answers_with(reply(200, {"epoch": "e2", "acknowledged": 3, "results": [result]})))

    device.push()

    assert arrived(office) == ids
    assert [len(envelope["operations"]) for envelope in office.envelopes] == [2, 3]


def test_enrolling_into_another_epoch_sends_everything_kept_under_new_numbers(
    office: FakeOffice, device: Device
) -> None:
    ids = record(device, 3)
    device.sync()
    ids += record(device, 1)
    office.restore(0)
    signatures = [item["operation"]["signature"] for item in device.results()]

    device.enrol("another code", "Ada's phone")

    assert [item["id"] for item in device.outbox()] == ids
    assert [item["seq"] for item in device.outbox()] == [1, 2, 3, 4]
    assert [item["signature"] for item in device.outbox()][:3] == signatures
    device.sync()
    assert arrived(office) == ids
    assert {result["status"] for result in office.results.values()} == {"applied"}


def test_an_answer_to_the_life_before_does_not_count(
    office: FakeOffice, device: Device, opened: Callable[..., Device]
) -> None:
    ids = record(device, 1)
    device.sync()
    ids += record(device, 1)
    other = opened(tries=1)

    def overtaken(_: str, answer: Callable[[], Reply]) -> Reply:
        reply = answer()
        office.restore(0)
        with pytest.raises(OfflineError):
            other.push()
        return reply

    office.faults += [overtaken, lambda _path, answer: answer(), unreachable]
    device.push()

    assert arrived(office) == ids
    assert device.outbox() == []
    assert [envelope["epoch"] for envelope in office.envelopes] == ["e1", "e1", "e1", "e2"]


@pytest.mark.parametrize("members", [{}, {"epoch": "e9"}, {"resend_from": "many", "epoch": "e9"}])
def test_a_refusal_without_what_it_must_say_changes_nothing(office: FakeOffice, device: Device, members: Json) -> None:
    record(device, 1)
    office.faults.append(answers_with(problem(409, "epoch-changed", **members)))

    with pytest.raises(OfflineError, match="cannot be understood"):
        device.push()

    assert device.status()["epoch"] == "e1"
    assert len(device.outbox()) == 1


def test_a_server_that_changes_its_epoch_for_ever_is_left(office: FakeOffice, device: Device) -> None:
    record(device, 1)
    office.faults += [answers_with(problem(409, "epoch-changed", epoch=f"x{n}", resend_from=1)) for n in range(9)]

    with pytest.raises(RefusedError, match="epoch-changed"):
        device.push()

    assert len(device.outbox()) == 1
