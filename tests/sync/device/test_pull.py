"""Pulling: page by page, from the last stored cursor on, and anew when that is too old."""

from collections.abc import Callable

import pytest

from sync.device import Device, OfflineError, RefusedError, Reply
from tests.support.fake_office import JOB, PART, FakeOffice, answers_with, lost
from tests.support.fake_office_enrolment import problem, reply


def test_all_pages_are_fetched_and_only_the_changes_the_next_time(office: FakeOffice, device: Device) -> None:
    office.page = 2
    for number in range(5):
        office.put("part", f"p{number}", number=f"A{number}", name="Belt")

    assert device.pull() == 5
    assert [row["id"] for row in device.documents("part")] == ["p0", "p1", "p2", "p3", "p4"]
    assert device.status()["through"] == 5
    office.put("part", "p3", number="A3", name="Longer belt")
    assert device.pull() == 1

    belt = device.document("part", "p3")
    assert belt is not None
    assert belt["body"] == {"number": "A3", "name": "Longer belt"}
    assert (belt["position"], belt["hash"], belt["gone"]) == (6, "00", None)
    assert device.document("part", "p9") is None


def test_an_interrupted_download_goes_on_from_the_last_stored_page(
    office: FakeOffice, device: Device, opened: Callable[..., Device]
) -> None:
    office.page = 2
    for number in range(6):
        office.put("part", f"p{number}")
    impatient = opened(tries=1)
    office.faults += [lambda _path, answer: answer(), lost]
    with pytest.raises(OfflineError):
        impatient.pull()

    assert device.pull() == 4
    assert len(device.documents("part")) == 6


def test_a_cursor_that_is_too_old_means_a_new_download_and_leaves_the_outbox_alone(
    office: FakeOffice, device: Device
) -> None:
    office.page = 1
    for key in ("kept", JOB, "dropped"):
        office.put("work_order", key, number=key)
    device.pull()
    device.record("note_added", {"work_order": JOB, "text": "unsent"})
    for key in (JOB, "dropped"):
        del office.documents["work_order", key]  # the server no longer keeps their tombstones
    for key in ("new", "newer"):
        office.put("work_order", key, number=key)
    office.oldest = office.position
    office.faults += [lambda _path, answer: answer()] * 2 + [lambda _path, _answer: problem(400, "stop")]
    with pytest.raises(RefusedError, match="stop"):
        device.pull()
    assert [row["id"] for row in device.documents("work_order")] == sorted(["kept", JOB, "dropped"])
    office.oldest = 0

    device.pull()

    gone = {row["id"]: row["gone"] for row in device.documents("work_order")}
    assert gone == {"kept": None, JOB: "not downloaded again", "new": None, "newer": None}
    assert len(device.outbox()) == 1


@pytest.mark.parametrize("code", [(410, "cursor-expired"), (426, "upgrade-required")])
def test_a_pull_that_is_refused_does_not_hold_up_the_push(
    office: FakeOffice, device: Device, code: tuple[int, str]
) -> None:
    device.record("note_added", {"work_order": JOB, "text": "out"})
    office.faults.append(answers_with(problem(*code)))

    device.sync()

    assert len(office.operations) == 1
    assert office.asked[1:] == ["POST push", "POST push", "GET pull"]


def test_a_push_without_changes_is_followed_by_a_pull(office: FakeOffice, device: Device) -> None:
    id_ = device.record("note_added", {"work_order": JOB, "text": "out"})
    office.put("part", PART, number="1")
    result = {"id": id_, "seq": 1, "status": "applied", "positions": [1]}
    office.faults.append(answers_with(reply(200, {"acknowledged": 1, "results": [result]})))

    synced = device.sync()

    assert (len(synced.results), synced.documents) == (1, 1)
    assert device.document("part", PART) is not None


def test_a_slower_process_does_not_put_the_replica_back(
    office: FakeOffice, device: Device, opened: Callable[..., Device]
) -> None:
    office.put("part", PART, number="old")
    device.pull()
    office.put("part", PART, number="older")
    other = opened()

    def overtaken(_: str, answer: Callable[[], Reply]) -> Reply:
        page = answer()
        office.put("part", PART, number="new")
        other.pull()
        return page

    office.faults.append(overtaken)
    device.pull()

    part = device.document("part", PART)
    assert part is not None
    assert part["body"] == {"number": "new"}
    assert device.status()["through"] == office.position


def test_a_server_that_never_ends_is_left(office: FakeOffice, device: Device) -> None:
    page = {"cursor": "7@e1", "through": 7, "more": True, "changes": []}
    office.faults += [answers_with(reply(200, page))] * 2

    with pytest.raises(OfflineError, match="same page"):
        device.pull()


def test_an_answer_from_somebody_else_changes_nothing(office: FakeOffice, device: Device, slept: list[float]) -> None:
    office.put("part", PART, number="1")
    office.faults += [answers_with(reply(200, {"welcome": "to the hotel's network"}))] * 3

    with pytest.raises(OfflineError, match="does not speak"):
        device.pull()

    assert len(slept) == 2
    assert device.status()["through"] is None
