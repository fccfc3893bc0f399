"""A kill at any statement of recording, enrolling and being erased: the same again ends it well."""

from itertools import count

import pytest

from sync.device import FullError, NewOperation, RefusedError
from tests.support.device_faults import PHOTO, USED, Scene, check, sync, worked
from tests.support.failing_storage import Killed, storage
from tests.support.fake_office import JOB, FakeOffice, answers_with
from tests.support.fake_office_enrolment import problem


def test_a_kill_at_any_statement_of_recording_keeps_a_group_whole() -> None:
    for statements in count():
        scene = worked()
        before = len(scene.opened().outbox())
        scene.disk.left = statements
        try:
            scene.opened().record_group([NewOperation("part_used", USED)] * 3)
        except Killed:
            scene.disk.restart()
            assert len(scene.opened().outbox()) == before
        else:
            break

    scene.disk.restart()
    assert len(scene.opened().outbox()) == before + 3
    assert statements > 10


def test_a_kill_at_any_statement_of_an_enrolment_is_mended_by_the_same_code() -> None:
    killed = True
    statements = -1
    while killed:
        scene, killed, statements = worked(), False, statements + 1
        scene.office.restore(0)
        scene.office.incarnation = 2
        scene.disk.left = statements
        try:
            scene.opened().enrol("another code", "phone")
        except Killed:
            killed = True
        scene.disk.restart()
        if killed:
            scene.opened().enrol("another code", "phone")
        assert len({(wish["install_id"], wish["public_key"]) for wish in scene.office.enrolments}) == 1
        sync(scene)
        check(scene)

    assert statements > 30


def test_a_kill_at_any_statement_of_being_erased_hands_over_everything_and_leaves_nothing() -> None:
    for statements in count():
        scene = worked()
        scene.office.revoked = {"wipe": True, "salvage": True}
        scene.office.most = 2
        device = scene.opened()
        kept = [result["id"] for result in device.results()] + [item["id"] for item in device.outbox()]
        scene.disk.left = statements
        done = False
        try:
            scene.opened().sync()
        except RefusedError:
            done = True
        except Killed:
            scene.disk.restart()
            with pytest.raises(RefusedError):
                scene.opened().sync()
        scene.disk.restart()
        assert sorted({item["id"] for item in scene.office.salvaged}) == sorted(kept)
        assert scene.office.wiped >= 1
        stored = scene.disk.serialize()
        assert not any(word in stored for word in (b"part_used", b"access-0", b"refresh-0", JOB.encode(), PHOTO[:256]))
        if done:
            break

    assert statements > 60


def test_what_is_not_room_enough_for_a_photo_is_told(office: FakeOffice) -> None:
    scene = Scene(office, storage(), [])
    device = scene.opened()
    scene.disk.room = 2
    with pytest.raises(FullError):
        device.attach(PHOTO, "image/png")
    office.faults.append(answers_with(problem(500, "never asked")))

    assert device.status()["blobs_waiting"] == 0
    assert office.asked == []
