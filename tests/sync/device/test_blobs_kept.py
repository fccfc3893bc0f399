"""The bytes of a photo stay on the device as long as anybody may ask for them, and no longer."""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

from sync.device import Device, Reply
from tests.support.fake_office import JOB, FakeOffice, unreachable

PHOTO = bytes(range(256)) * 2500  # 640,000 bytes: three pieces
NAME = sha256(PHOTO).hexdigest()


def photograph(device: Device, photo: bytes = PHOTO) -> str:
    return device.record("photo_taken", {"work_order": JOB} | device.attach(photo, "image/jpeg"))


def passes(_: str, answer: Callable[[], Reply]) -> Reply:
    return answer()


def test_a_held_photo_is_asked_for_again_until_its_operation_is_recorded(
    office: FakeOffice, device: Device, opened: Callable[..., Device]
) -> None:
    named = {"work_order": JOB} | device.attach(PHOTO, "image/png")
    device.record("photo_taken", named, needs=["somebody's"])
    device.sync()
    assert office.shelf.kept == {}
    office.shelf.name(named)

    assert opened(later=timedelta(minutes=1)).upload() == 1


def test_an_expired_token_is_traded_in_the_middle_of_a_photo(office: FakeOffice, device: Device) -> None:
    photograph(device)
    device.push()
    office.generation += 1
    office.faults.append(lambda _path, answer: answer()._replace(body=b""))  # as HEAD is answered

    assert device.upload() == 1


def test_bytes_stay_for_a_week_and_are_asked_for_after_a_restore(
    office: FakeOffice, device: Device, opened: Callable[..., Device]
) -> None:
    photograph(device)
    device.sync()
    office.shelf.kept.clear()
    office.restore(0)

    device.sync()
    assert office.shelf.kept == {NAME: PHOTO}

    device = opened(later=timedelta(days=8))
    device.sync()
    assert device.db.execute("SELECT count(*) FROM pieces").fetchone()[0] == 0
    assert device.results() == []


def test_an_operation_is_kept_until_its_photo_is_with_the_server(
    office: FakeOffice, device: Device, opened: Callable[..., Device]
) -> None:
    photograph(device)
    device.push()
    device = opened(later=timedelta(days=30))
    office.faults += [passes, unreachable]
    device.sync()
    assert len(device.results()) == 1

    assert opened(later=timedelta(minutes=1)).upload() == 1


def test_what_no_operation_names_is_dropped_after_a_week(device: Device, opened: Callable[..., Device]) -> None:
    device.attach(PHOTO, "image/png")
    device.pull()
    assert device.status()["blobs_waiting"] == 1

    device = opened(later=timedelta(days=8))
    device.pull()

    assert device.status()["blobs_waiting"] == 0
