"""Groups: recorded as a whole, sent as a whole, and refused as a whole when they are too large."""

from collections.abc import Callable

import pytest

from sync.device import BadUseError, Device, NewOperation, OfflineError, RefusedError
from tests.support.fake_office import JOB, FakeOffice, lost


def notes(count: int, size: int = 1) -> list[NewOperation]:
    return [NewOperation("note_added", {"work_order": JOB, "text": "x" * size}) for _ in range(count)]


def test_operations_of_a_group_are_neighbours_with_one_name(device: Device) -> None:
    device.record("arrived", {"visit": "v"})

    ids = device.record_group(notes(3))
    device.record_group(notes(1), "named")

    groups = [(item["id"], item["group"]) for item in device.outbox()]
    name = groups[1][1]
    assert groups[1:4] == [(id_, name) for id_ in ids]
    assert [group for _, group in groups[::4]] == [None, "named"]
    assert [item["seq"] for item in device.outbox()] == [1, 2, 3, 4, 5]


def test_a_group_with_one_deed_that_cannot_be_sent_is_not_recorded_at_all(device: Device) -> None:
    with pytest.raises(BadUseError):
        device.record_group([*notes(2), NewOperation("note_added", {"text": 0.5})])

    assert device.outbox() == []
    device.record("arrived", {})
    assert device.outbox()[0]["seq"] == 1


@pytest.mark.parametrize("deeds", [notes(101), notes(70, 15_000)])
def test_a_group_that_no_push_can_hold_is_refused_at_once(device: Device, deeds: list[NewOperation]) -> None:
    with pytest.raises(BadUseError, match="A group holds at most"):
        device.record_group(deeds)

    assert device.outbox() == []


def test_a_group_that_grows_one_by_one_is_refused_at_the_same_size(device: Device) -> None:
    device.record_group(notes(100), "g")

    with pytest.raises(BadUseError, match="A group holds at most"):
        device.record("note_added", {}, group="g")

    device.record("note_added", {}, group="h")
    assert len(device.outbox()) == 101


@pytest.mark.parametrize("name", ["", "x" * 65])
def test_a_name_that_the_protocol_has_no_room_for_is_refused(device: Device, name: str) -> None:
    with pytest.raises(BadUseError, match="1 to 64"):
        device.record("note_added", {}, group=name)


def test_a_push_never_ends_inside_a_group(office: FakeOffice, device: Device) -> None:
    for deed in notes(60):
        device.record(deed.kind, deed.data)
    device.record_group(notes(50))
    device.record_group(notes(100))
    device.record_group(notes(40, 15_000))
    device.record_group(notes(40, 15_000))
    device.record("arrived", {})

    device.push()

    assert [len(sent) for sent in office.sent] == [60, 50, 100, 40, 41]
    assert [item["seq"] for item in office.operations] == list(range(1, 292))


def test_a_batch_that_is_too_large_is_halved_between_groups(office: FakeOffice, device: Device) -> None:
    device.record_group(notes(3))
    device.record_group(notes(3))
    device.record("arrived", {})
    office.most = 3

    device.push()

    assert [len(sent) for sent in office.sent] == [3, 3, 1]


def test_a_group_that_the_server_finds_too_large_is_told_and_kept(office: FakeOffice, device: Device) -> None:
    device.record_group(notes(3))
    office.most = 2

    with pytest.raises(RefusedError, match="batch-too-large"):
        device.push()

    assert len(device.outbox()) == 3


def test_a_held_operation_stays_readable_until_its_document_decides(
    office: FakeOffice, device: Device, opened: Callable[..., Device]
) -> None:
    id_ = device.record("note_added", {"work_order": JOB, "text": "late"}, needs=["somebody's"])
    assert [result["status"] for result in device.push()] == ["held"]
    device = opened()
    assert device.outbox() == []
    assert [(item["status"], item["operation"]["id"]) for item in device.results()] == [("held", id_)]

    office.put("operation", id_, status="conflicted", positions=[9], notices=[{"code": "needs_missing"}])
    device.pull()

    assert [(item["status"], item["positions"]) for item in device.results()] == [("conflicted", [9])]


def test_the_last_word_counts_though_the_first_result_was_lost_on_the_way(office: FakeOffice, device: Device) -> None:
    id_ = device.record("note_added", {"work_order": JOB, "text": "late"}, needs=["somebody's"])
    office.faults += [lost] * 3
    with pytest.raises(OfflineError):
        device.push()
    office.put("operation", id_, status="applied", positions=[9], notices=[])
    device.pull()
    assert len(device.outbox()) == 1

    device.push()

    assert [(item["status"], item["positions"]) for item in device.results()] == [("applied", [9])]


def test_what_contests_an_id_is_told_by_a_document_of_its_own(office: FakeOffice, device: Device) -> None:
    """Issue 8, 1: another operation has the id; the document under it alone is about that, whichever comes first."""
    id_ = device.record("note_added", {"work_order": JOB, "text": "late"}, needs=["somebody's"])
    device.push()
    own = f"{id_}/{device.status()['device_id']}/7"
    office.put("operation", id_, status="applied", positions=[9], notices=[])
    office.put("operation", own, status="quarantined", positions=[10], notices=[], operation=id_)
    device.pull()
    assert [(item["status"], item["positions"]) for item in device.results()] == [("quarantined", [10])]

    office.put("operation", id_, status="conflicted", positions=[9], notices=[])
    office.put("operation", f"{id_}/another-device/8", status="rejected", positions=[11], notices=[], operation=id_)
    device.pull()
    assert [item["status"] for item in device.results()] == ["quarantined"]

    office.put("operation", own, status="rejected", positions=[12], notices=[], operation=id_)
    device.pull()
    assert [item["status"] for item in device.results()] == ["rejected"]
