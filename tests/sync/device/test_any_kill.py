"""A kill or a full disk at any statement of a sync: afterwards everything is there once, on both sides."""

from collections.abc import Callable
from itertools import count
from typing import NamedTuple

import pytest

from sync.device import Deed, Device, FullError, OfflineError, RefusedError
from tests.support.brittle import Brittle, Killed, storage
from tests.support.office import JOB, PART, VAN, Office, says
from tests.support.office_gate import problem

PHOTO = bytes(range(256)) * 1500  # two pieces
USED = {"work_order": JOB, "location": VAN, "part": PART, "quantity": "1", "serials": list[str]()}


class Scene(NamedTuple):
    """An office and a device that has worked, with a storage that may break."""

    office: Office
    disk: Brittle
    ids: list[str]

    def opened(self) -> Device:
        transport = self.office.transport
        return Device("phone", "http://office", transport=transport, sleep=lambda _: None, connect=lambda _: self.disk)


def worked() -> Scene:
    """A device that has sent some, and has some more to send."""
    office, ids = Office(), list[str]()
    office.put("stock", f"{VAN}/{PART}", location=VAN, part=PART, on_hand="9", reserved="0")
    office.put("work_order", JOB, number="1")
    for number in range(4):
        office.share("part", f"p{number}", number=str(number))
    scene = Scene(office, storage(), ids)
    device = scene.opened()
    device.enrol("code", "phone")
    ids += [device.record("part_used", USED) for _ in range(2)]
    device.sync()
    ids += device.record_group([Deed("part_used", USED), Deed("note_added", {"work_order": JOB, "text": "x"})])
    ids.append(device.record("photo_taken", {"work_order": JOB} | device.attach(PHOTO, "image/png")))
    office.page = 2
    return scene


def lose_all_but_one(scene: Scene) -> None:
    scene.office.restore(1)
    scene.office.position += 100


def damage(scene: Scene) -> None:
    scene.disk.execute("UPDATE documents SET body = '{}' WHERE id IN ('p1', ?)", (JOB,))
    scene.disk.execute("DELETE FROM documents WHERE id = 'p2'")


def expire(scene: Scene) -> None:
    scene.office.put("work_order", "w2", number="2")
    del scene.office.documents["part", "p3"]
    scene.office.oldest, scene.office.page = scene.office.position, 500


def renew(scene: Scene) -> None:
    scene.office.generation += 1


def forget_the_oldest(scene: Scene) -> None:
    lose_all_but_one(scene)
    scene.disk.execute("DELETE FROM operations WHERE seq = 2")
    scene.ids.pop(1)


def nothing(_: Scene) -> None:
    """No trouble at all."""


TROUBLES = [nothing, lose_all_but_one, damage, expire, renew, forget_the_oldest]


def sync(scene: Scene) -> None:
    device = scene.opened()
    try:
        device.sync()
    except OfflineError:  # the reply was lost with the process; the next one is not
        device.sync()


def check(scene: Scene) -> None:
    """Nothing lost, nothing doubled, nothing left over."""
    device = scene.opened()
    device.sync()
    office = scene.office
    assert device.outbox() == []
    assert [item["id"] for item in office.operations if item["id"] != "lost"] == scene.ids
    assert sorted(office.results) == sorted(scene.ids)
    assert {item["status"] for item in device.results()} == {"applied"}
    documents = {name: d["body"] for name, d in office.documents.items()}
    kinds = device.status()["documents"]
    assert {(row["type"], row["id"]): row["body"] for kind in kinds for row in device.documents(kind)} == documents
    assert device.status()["agrees"] is True
    assert office.shelf.kept == {office.operations[-1]["data"]["sha256"]: PHOTO}
    assert device.status()["blobs_waiting"] == 0


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_kill_at_any_statement_of_a_sync_loses_and_doubles_nothing(trouble: Callable[[Scene], None]) -> None:
    for statements in count():
        scene = worked()
        trouble(scene)
        scene.disk.left = statements
        try:
            sync(scene)
        except Killed:
            scene.disk.restart()
            sync(scene)
            check(scene)
        else:
            break

    scene.disk.restart()
    check(scene)
    assert statements > 60


@pytest.mark.parametrize("takes_back", [False, True])
@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_full_disk_at_any_write_of_a_sync_is_one_sentence_and_changes_nothing(
    trouble: Callable[[Scene], None], *, takes_back: bool
) -> None:
    for writes in count():
        scene = worked()
        trouble(scene)
        scene.disk.room, scene.disk.takes_back = writes, takes_back
        try:
            sync(scene)
        except FullError as error:
            assert str(error).startswith("The disk is full")  # noqa: PT017
            assert not scene.disk.in_transaction
            scene.disk.restart()
            sync(scene)
            check(scene)
        else:
            break

    scene.disk.restart()
    check(scene)
    assert writes > 15


def test_a_kill_at_any_statement_of_recording_keeps_a_group_whole() -> None:
    for statements in count():
        scene = worked()
        before = len(scene.opened().outbox())
        scene.disk.left = statements
        try:
            scene.opened().record_group([Deed("part_used", USED)] * 3)
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
        unsent = [item["id"] for item in scene.opened().outbox()]
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
        assert sorted({item["id"] for item in scene.office.salvaged}) == sorted(unsent)
        assert scene.office.wiped >= 1
        stored = scene.disk.serialize()
        assert not any(word in stored for word in (b"part_used", b"access-0", b"refresh-0", JOB.encode(), PHOTO[:256]))
        if done:
            break

    assert statements > 60


def test_what_is_not_room_enough_for_a_photo_is_told(office: Office) -> None:
    scene = Scene(office, storage(), [])
    device = scene.opened()
    scene.disk.room = 2
    with pytest.raises(FullError):
        device.attach(PHOTO, "image/png")
    office.faults.append(says(problem(500, "never asked")))

    assert device.status()["blobs_waiting"] == 0
    assert office.asked == []
