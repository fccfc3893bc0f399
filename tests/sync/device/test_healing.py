"""Healing has its limits: twice an hour, never against the newer, and holding nothing up."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from sync.device import Device, Reply
from tests.support.fake_office import JOB, FakeOffice, answers_with
from tests.support.fake_office_documents import bodies, filled, held
from tests.support.fake_office_enrolment import problem, reply


def test_a_device_heals_twice_an_hour_at_most_also_after_a_restart(
    office: FakeOffice, device: Device, opened: Callable[..., Device]
) -> None:
    filled(office)
    device.pull()
    for number in range(4):
        device = opened()
        device.db.execute("DELETE FROM documents WHERE id = ?", (f"v{number}",))
        device.pull()
    assert len(office.verified) == 2
    assert device.status()["agrees"] is False

    device = opened(later=timedelta(hours=1, seconds=1))
    device.pull()

    assert len(office.verified) == 3
    assert held(device) == bodies(office)


def test_a_heal_that_is_too_large_is_a_new_download(office: FakeOffice, device: Device) -> None:
    filled(office)
    device.pull()
    device.db.execute("DELETE FROM documents WHERE type = 'visit'")
    office.faults += [lambda _path, answer: answer(), answers_with(problem(410, "cursor-expired"))]

    device.pull()

    assert office.asked[-3:] == ["GET pull", "POST verify", "GET pull"]
    assert held(device) == bodies(office)


@pytest.mark.parametrize("answer", [problem(429, "rate-limited"), problem(404, "not-found"), reply(200, {"own": []})])
def test_a_heal_that_fails_holds_nothing_up(
    office: FakeOffice, device: Device, slept: list[float], answer: Reply
) -> None:
    filled(office)
    device.pull()
    device.db.execute("DELETE FROM documents WHERE id = 'v3'")
    office.faults += [lambda _path, answer: answer(), answers_with(answer)]

    assert device.pull() == 0

    assert device.status()["agrees"] is False
    assert slept == []


def test_a_heal_that_was_overtaken_is_left_alone(
    office: FakeOffice, device: Device, opened: Callable[..., Device]
) -> None:
    filled(office)
    device.pull()
    device.db.execute("DELETE FROM documents WHERE id = 'v3'")
    other = opened()

    def overtaken(_: str, answer: Callable[[], Reply]) -> Reply:
        reply = answer()
        office.put("visit", "v4", work_order=JOB, done="later")
        other.pull()
        return reply

    office.faults += [lambda _path, answer: answer(), overtaken]
    device.pull()

    assert held(device)["visit", "v4"] == {"work_order": JOB, "done": "later"}


def test_the_server_s_digest_is_never_adopted(office: FakeOffice, device: Device) -> None:
    filled(office)
    device.pull()
    stored = " ".join(row[0] for row in device.db.execute("SELECT value FROM state"))

    digests = office.pull_body([], 0)["digests"]

    assert digests["own"]["sum"] not in stored
    assert device._local.replica.digests() == digests


def test_a_file_of_an_older_version_is_filled_anew(
    office: FakeOffice, device: Device, opened: Callable[..., Device]
) -> None:
    filled(office)
    id_ = device.record("note_added", {"work_order": JOB, "text": "x"})
    device.pull()
    for statement in (
        "UPDATE documents SET body = json_insert(body, '$.spaced', 'x')",
        "DROP INDEX gone",
        "ALTER TABLE documents DROP COLUMN shared",
        "DROP TABLE blobs",
        "DROP TABLE pieces",
        "PRAGMA user_version = 0",
    ):
        device.db.execute(statement)
    device.close()

    device = opened()
    assert [item["id"] for item in device.outbox()] == [id_]
    device.sync()

    assert held(device) == bodies(office)
    assert device.status()["agrees"] is True
    assert office.verified == []
