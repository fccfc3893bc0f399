"""A full disk: one sentence, nothing half done, and all goes on when there is room again."""

from collections.abc import Callable

import pytest

from sync.device import Device, FullError
from tests.support.fake_office import JOB, FakeOffice


def fill(device: Device) -> None:
    """No page more than there are."""
    device.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    pages = device.db.execute("PRAGMA page_count").fetchone()[0]
    device.db.execute(f"PRAGMA max_page_count = {pages}")


def make_room(device: Device) -> None:
    device.db.execute("PRAGMA max_page_count = 1000000")


def record_until_full(device: Device) -> None:
    for _ in range(100):
        device.record("note_added", {"work_order": JOB, "text": "x" * 900})


def test_what_does_not_fit_is_refused_in_one_sentence_and_the_next_is_recorded(device: Device) -> None:
    fill(device)
    with pytest.raises(FullError, match=r"^The disk is full, so nothing of this was stored: make room"):
        record_until_full(device)
    recorded = len(device.outbox())
    assert recorded < 100

    make_room(device)
    device.record("note_added", {"work_order": JOB, "text": "x"})

    assert [item["seq"] for item in device.outbox()] == list(range(1, recorded + 2))
    assert device.db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def test_a_download_that_does_not_fit_goes_on_from_the_last_page_that_did(office: FakeOffice, device: Device) -> None:
    office.page = 5
    for number in range(60):
        office.put("part", f"p{number}", number=str(number), name="x" * 500)
    fill(device)
    make_room(device)
    pages = device.db.execute("PRAGMA page_count").fetchone()[0]
    device.db.execute(f"PRAGMA max_page_count = {pages + 6}")
    with pytest.raises(FullError):
        device.pull()
    kept = len(device.documents("part"))
    assert 0 < kept < 60
    assert kept % 5 == 0

    make_room(device)
    assert device.pull() == 60 - kept

    assert device.status()["agrees"] is True


def test_a_photo_that_does_not_fit_is_not_attached_and_work_goes_on(device: Device) -> None:
    fill(device)

    with pytest.raises(FullError):
        device.attach(bytes(100_000), "image/png")

    assert device.status()["blobs_waiting"] == 0
    make_room(device)
    assert device.attach(bytes(100_000), "image/png")["size"] == 100_000


@pytest.mark.usefixtures("unsigned")
def test_a_token_is_not_used_up_when_the_next_pair_could_not_be_stored(
    office: FakeOffice, opened: Callable[..., Device]
) -> None:
    device = opened()
    device.enrol("code", "phone")
    office.generation += 1
    device.db.execute("CREATE TRIGGER full BEFORE INSERT ON state BEGIN SELECT raise(ABORT, 'disk is full'); END")
    with pytest.raises(Exception, match="full"):
        device.pull()
    assert office.tokens == []

    device.db.execute("DROP TRIGGER full")
    assert device.pull() == 0


def test_a_device_is_erased_on_a_full_disk(office: FakeOffice, device: Device) -> None:
    for number in range(40):
        office.put("part", f"p{number}", number=str(number), name="x" * 500)
    device.pull()
    device.record("note_added", {"work_order": JOB, "text": "x"})
    fill(device)
    office.revoked = {"wipe": True, "salvage": True}

    with pytest.raises(Exception, match="erased itself"):
        device.sync()

    assert len(office.salvaged) == 1
    assert device.db.execute("SELECT count(*) FROM documents").fetchone()[0] == 0
