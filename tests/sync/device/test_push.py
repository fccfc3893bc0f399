"""Pushing: every operation gets there once, in order, whatever happens to the replies."""

from collections.abc import Callable

import pytest

from sync.device import Device, OfflineError, RefusedError
from tests.support.fake_office import JOB, PART, VAN, FakeOffice, answers_with, lost
from tests.support.fake_office_enrolment import problem


def record(device: Device, count: int, text: str = "x") -> list[str]:
    return [device.record("note_added", {"work_order": JOB, "text": f"{text}{number} é"}) for number in range(count)]


def test_a_lost_reply_is_answered_again_and_the_operations_are_the_same_bytes(
    office: FakeOffice, device: Device, opened: Callable[..., Device]
) -> None:
    ids = record(device, 3)
    office.faults.append(lost)
    device.close()
    device = opened(tries=1)
    with pytest.raises(OfflineError):
        device.push()
    assert [item["id"] for item in device.outbox()] == ids
    stored = [row[0] for row in device.db.execute("SELECT operation FROM operations ORDER BY seq")]

    results = opened().push()

    assert office.sent[0] == office.sent[1] == stored
    assert len(office.sent[0]) == 3
    assert [result["duplicate"] for result in results] == [True] * 3
    assert [item["id"] for item in office.operations] == ids


def test_a_call_tries_again_by_itself_after_a_lost_reply(office: FakeOffice, device: Device) -> None:
    record(device, 1)
    office.faults.append(lost)

    device.push()

    assert len(office.sent) == 2
    assert len(office.operations) == 1
    assert device.outbox() == []


def test_batches_hold_a_hundred_operations_and_less_than_a_mebibyte(office: FakeOffice, device: Device) -> None:
    record(device, 120, "x" * 15_000)

    device.push()

    assert [len(sent) for sent in office.sent] == [65, 55]
    assert all(sum(len(text.encode()) for text in sent) < 2**20 for sent in office.sent)
    record(device, 150)
    device.push()
    assert [len(sent) for sent in office.sent][2:] == [100, 50]
    assert [item["seq"] for item in office.operations] == list(range(1, 271))


def test_a_batch_that_is_too_large_is_halved_until_it_fits(office: FakeOffice, device: Device) -> None:
    office.most = 3
    ids = record(device, 10)

    device.push()

    assert [len(sent) for sent in office.sent] == [2, 2, 2, 2, 2]
    assert [item["id"] for item in office.operations] == ids


def test_an_operation_that_is_too_large_by_itself_stays_and_is_told(office: FakeOffice, device: Device) -> None:
    office.most = 0
    record(device, 2)

    with pytest.raises(RefusedError, match="batch-too-large"):
        device.push()

    assert len(device.outbox()) == 2


def test_after_a_sequence_gap_the_device_goes_back_to_what_the_server_expects(
    office: FakeOffice, device: Device
) -> None:
    ids = record(device, 4)
    device.push()
    del office.operations[2:]  # the server was restored and has lost the last two
    ids += record(device, 2)

    device.push()

    assert [item["id"] for item in office.operations] == ids
    assert device.outbox() == []
    assert len(office.sent[-1]) == 4


def test_the_results_that_come_with_a_gap_count(office: FakeOffice, device: Device) -> None:
    done = record(device, 1)
    result = {"id": done[0], "seq": 1, "status": "applied", "positions": [1]}
    office.faults.append(answers_with(problem(409, "sequence-gap", expected=2, results=[result])))
    ids = record(device, 1)
    office.operations.append({"id": done[0]})

    results = device.push()

    assert [item["id"] for item in results] == done + ids
    assert device.outbox() == []


def test_a_gap_that_the_device_cannot_fill_is_told_and_keeps_the_outbox(office: FakeOffice, device: Device) -> None:
    record(device, 1)
    office.faults.append(answers_with(problem(409, "sequence-gap", expected=9, results=[])))

    with pytest.raises(RefusedError, match="operation 9, which never was"):
        device.push()

    assert len(device.outbox()) == 1


def test_a_quarantined_operation_does_not_block_those_behind_it(office: FakeOffice, device: Device) -> None:
    office.documents["work_order", "w2"] = {"type": "work_order", "id": "w2", "position": 0, "gone": "reassigned"}
    device.record("gibberish", {"what": "?"})
    device.record("reserve_part", {"work_order": JOB})
    device.record("note_added", {"work_order": "w2", "text": "late"})
    device.record("note_added", {"work_order": JOB, "text": "fine"})

    device.push()

    assert [item["status"] for item in device.results()] == ["quarantined", "rejected", "conflicted", "applied"]
    assert device.outbox() == []
    office.put("operation", device.results()[0]["id"], status="applied", positions=[7], notices=[])
    device.pull()
    assert device.results()[0]["status"] == "applied"
    assert device.results()[0]["operation"]["data"] == {"what": "?"}


def test_a_push_tells_the_device_s_clock_and_brings_a_page_in_the_same_round_trip(
    office: FakeOffice, device: Device
) -> None:
    office.put("stock", f"{VAN}/{PART}", location=VAN, part=PART, on_hand="5", reserved="0")
    device.sync()
    device.record("part_used", {"work_order": JOB, "location": VAN, "part": PART, "quantity": "2", "serials": []})
    assert [str(line["on_hand"]) for line in device.stock()] == ["3"]
    office.asked.clear()

    device.sync()

    assert office.asked == ["POST push"]
    assert [(str(line["on_hand"]), str(line["confirmed"])) for line in device.stock()] == [("3", "3")]


def test_a_push_tells_who_sends_when_and_how_much_waits(office: FakeOffice, device: Device) -> None:
    device.record("note_added", {"work_order": JOB, "text": "first"})
    device.record("note_added", {"work_order": JOB, "text": "second"})
    at = device.outbox()[0]["at"]

    device.push()

    envelope = office.envelopes[-1]
    assert [item["seq"] for item in envelope.pop("operations")] == [1, 2]
    now = device.clock().isoformat(timespec="milliseconds")
    expected = {"incarnation": 1, "epoch": "e1", "now": now, "app_version": "1", "outbox": {"count": 2, "oldest": at}}
    assert envelope == expected
