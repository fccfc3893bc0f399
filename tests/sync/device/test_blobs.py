"""Photos: their bytes follow when the operation is recorded, go on where they stopped, and never hold work up."""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from sync.device import BadUseError, Device, Reply
from tests.support.fake_office import JOB, FakeOffice, answers_with, unreachable
from tests.support.fake_office_enrolment import problem, reply

PHOTO = bytes(range(256)) * 2500  # 640,000 bytes: three pieces
NAME = sha256(PHOTO).hexdigest()


def photograph(device: Device, photo: bytes = PHOTO) -> str:
    return device.record("photo_taken", {"work_order": JOB} | device.attach(photo, "image/jpeg"))


def passes(_: str, answer: Callable[[], Reply]) -> Reply:
    return answer()


def test_a_photo_is_named_by_its_hash_and_its_bytes_follow_the_operation(office: FakeOffice, device: Device) -> None:
    photograph(device)
    named = {name: device.outbox()[0]["data"][name] for name in ("sha256", "size", "media_type")}
    assert named == {"sha256": NAME, "size": len(PHOTO), "media_type": "image/jpeg"}
    assert device.upload() == 0
    office.asked.clear()

    synced = device.sync()

    assert synced.blobs == 1
    assert office.asked == ["POST push", f"HEAD blobs/{NAME}", *[f"PUT blobs/{NAME}"] * 3]
    assert office.shelf.kept == {NAME: PHOTO}
    assert device.status()["blobs_waiting"] == 0


def test_a_photo_can_be_attached_from_a_file(device: Device, tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(PHOTO)

    assert device.attach(tmp_path / "photo.png", "image/png") == device.attach(PHOTO, "image/png")

    with pytest.raises(BadUseError, match="cannot be read: No such file"):
        device.attach(tmp_path / "none.png", "image/png")


@pytest.mark.parametrize("size", [0, 25 * 2**20 + 1])
def test_what_no_server_takes_is_refused_at_once(device: Device, size: int) -> None:
    with pytest.raises(BadUseError, match="a photo or signature has 1 to"):
        device.attach(bytes(size), "image/png")


def test_an_upload_that_was_interrupted_goes_on_where_it_stopped(
    office: FakeOffice, device: Device, opened: Callable[..., Device]
) -> None:
    photograph(device)
    office.faults += [passes, passes, passes, unreachable]
    device.sync()
    assert len(office.shelf.begun[NAME]) == 256 * 1024
    assert device.outbox() == []
    office.asked.clear()

    device = opened(later=timedelta(minutes=1))
    assert device.upload() == 1

    assert office.asked == [f"HEAD blobs/{NAME}", *[f"PUT blobs/{NAME}"] * 2]
    assert office.shelf.kept == {NAME: PHOTO}


def test_a_server_that_knows_better_how_much_it_has_is_believed(office: FakeOffice, device: Device) -> None:
    photograph(device)
    device.push()
    office.shelf.begun[NAME] = PHOTO[:1000]
    office.faults.append(answers_with(Reply(200, {"upload-offset": "0"}, b"")))

    assert device.upload() == 1

    assert office.shelf.kept == {NAME: PHOTO}


def test_what_the_server_has_already_is_not_sent(office: FakeOffice, device: Device) -> None:
    photograph(device)
    device.push()
    office.shelf.kept[NAME] = PHOTO
    office.asked.clear()

    assert device.upload() == 1

    assert office.asked == [f"HEAD blobs/{NAME}"]


@pytest.mark.parametrize(
    "answer",
    [
        problem(404, "blob-not-named"),
        problem(422, "blob-mismatch"),
        problem(413, "chunk-too-large"),
        problem(409, "upload-offset-mismatch"),
        problem(409, "upload-offset-mismatch", offset=10**9),
        problem(500, "broken"),
        problem(503, "overloaded", {"retry-after": "20"}),
        reply(200, {}),
    ],
)
def test_a_photo_that_fails_is_tried_again_later_and_holds_nothing_up(
    office: FakeOffice, device: Device, opened: Callable[..., Device], answer: Reply
) -> None:
    photograph(device)
    office.faults += [passes, passes, answers_with(answer)]
    device.sync()
    assert office.shelf.kept == {}
    other = device.record("note_added", {"work_order": JOB, "text": "goes on"})

    device.sync()

    assert office.operations[-1]["id"] == other
    assert office.shelf.kept == {}
    assert opened(later=timedelta(minutes=1)).sync().blobs == 1
    assert office.shelf.kept == {NAME: PHOTO}


def test_a_server_that_never_gets_further_is_left(office: FakeOffice, device: Device) -> None:
    photograph(device)
    device.push()
    office.faults += [answers_with(Reply(200, {"upload-offset": "0"}, b""))] * 99

    assert device.upload() == 0

    assert len(office.faults) > 90


def test_a_photo_that_fails_does_not_keep_the_next_one(office: FakeOffice, device: Device) -> None:
    photograph(device)
    photograph(device, b"small")
    device.push()
    office.faults += [passes, answers_with(problem(422, "blob-mismatch"))]

    assert device.upload() == 1

    assert list(office.shelf.kept.values()) == [b"small"]


def test_an_operation_goes_before_the_rest_of_a_photo(office: FakeOffice, device: Device) -> None:
    photograph(device)
    device.push()

    def interrupt(_: str, answer: Callable[[], Reply]) -> Reply:
        device.record("arrived", {"visit": "v"})
        return answer()

    office.faults += [passes, interrupt]
    assert device.upload() == 0
    assert len(office.shelf.begun[NAME]) == 256 * 1024

    device.sync()

    assert office.operations[-1]["type"] == "arrived"
    assert office.shelf.kept == {NAME: PHOTO}
