"""A device in the middle of its work, faults that it may meet, and what must be true afterwards."""

from typing import NamedTuple

from sync.device import Device, NewOperation, OfflineError
from tests.support.failing_storage import FailingStorage, storage
from tests.support.fake_office import JOB, PART, VAN, FakeOffice

PHOTO = bytes(range(256)) * 1500  # two pieces
USED = {"work_order": JOB, "location": VAN, "part": PART, "quantity": "1", "serials": list[str]()}


class Scene(NamedTuple):
    """A fake office and a device with recorded operations on a storage that may fail."""

    office: FakeOffice
    disk: FailingStorage
    ids: list[str]

    def opened(self) -> Device:
        transport = self.office.transport
        return Device("phone", "http://office", transport=transport, sleep=lambda _: None, connect=lambda _: self.disk)


def worked() -> Scene:
    """A device with some operations sent and some unsent."""
    office, ids = FakeOffice(), list[str]()
    office.put("stock", f"{VAN}/{PART}", location=VAN, part=PART, on_hand="9", reserved="0")
    office.put("work_order", JOB, number="1")
    for number in range(4):
        office.share("part", f"p{number}", number=str(number))
    scene = Scene(office, storage(), ids)
    device = scene.opened()
    device.enrol("code", "phone")
    ids += [device.record("part_used", USED) for _ in range(2)]
    device.sync()
    ids += device.record_group(
        [NewOperation("part_used", USED), NewOperation("note_added", {"work_order": JOB, "text": "x"})]
    )
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
    """After a sync: no operation lost, repeated or left in the outbox."""
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
