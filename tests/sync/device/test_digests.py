"""Digests: computed from what the device holds, compared when a download ends, and healed where they differ."""

import pytest

from sync.device import Device
from tests.support.fake_office import JOB, FakeOffice
from tests.support.fake_office_digests import leaf
from tests.support.fake_office_documents import bodies, filled, held


def test_a_device_that_holds_what_it_must_agrees_and_asks_nothing(office: FakeOffice, device: Device) -> None:
    office.page = 3
    filled(office)

    device.pull()
    office.put("visit", "v1", work_order=JOB, done=True)
    office.take_away("visit", "v2", "closed")
    device.sync()

    assert device.status()["agrees"] is True
    assert office.verified == []


def test_what_is_gone_but_kept_for_unsent_work_is_no_part_of_the_digest(office: FakeOffice, device: Device) -> None:
    filled(office)
    device.pull()
    device.record("note_added", {"work_order": JOB, "text": "unsent"})
    office.take_away("work_order", JOB, "reassigned")

    device.pull()

    assert device.document("work_order", JOB) is not None
    assert device.status()["agrees"] is True


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM documents WHERE id = 'v3'",
        "DELETE FROM documents",
        "UPDATE documents SET body = '{}' WHERE id = 'p4'",
        "UPDATE documents SET shared = 1 - shared WHERE id = 'p4'",
        "UPDATE documents SET gone = 'closed' WHERE id = 'v3'",
        "INSERT INTO documents SELECT type, 'v99', position, hash, body, NULL, generation, 0 FROM documents LIMIT 1",
        "UPDATE documents SET id = 'v98' WHERE id = 'v7'",
    ],
)
def test_whatever_was_damaged_is_healed_after_the_next_pull(office: FakeOffice, device: Device, damage: str) -> None:
    filled(office)
    device.pull()
    device.db.execute(damage)

    device.sync()

    assert held(device) == bodies(office)
    assert device.status()["agrees"] is True
    assert len(office.verified) == 1


def test_a_heal_brings_only_the_leaves_that_differ(office: FakeOffice, device: Device) -> None:
    filled(office)
    device.pull()
    device.db.execute("UPDATE documents SET body = '{}' WHERE id = 'p4'")

    brought = device.pull()

    damaged = leaf(office.documents["part", "p4"])
    assert brought == sum(leaf(document) == damaged for document in office.documents.values() if "shared" in document)


def test_a_push_that_brings_the_last_page_is_compared_as_well(office: FakeOffice, device: Device) -> None:
    filled(office)
    device.pull()
    device.db.execute("DELETE FROM documents WHERE id = 'v3'")
    device.record("note_added", {"work_order": JOB, "text": "x"})

    device.sync()

    assert held(device) == bodies(office)


def test_a_document_that_unsent_work_names_stays_readable_when_a_heal_takes_it_away(
    office: FakeOffice, device: Device
) -> None:
    filled(office)
    device.pull()
    device.record("note_added", {"work_order": JOB, "text": "x"})
    del office.documents["work_order", JOB]

    device.pull()

    order = device.document("work_order", JOB)
    assert order is not None
    assert order["gone"] == "not on the server"
    assert device.status()["agrees"] is True
