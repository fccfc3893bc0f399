"""A lost device hands its work over and erases itself; one that is only revoked keeps everything."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sync.device import BadUseError, Device, ErasedError, OfflineError, RefusedError
from tests.support.fake_office import JOB, FakeOffice, answers_with, lost, unreachable
from tests.support.fake_office_enrolment import problem

SECRET = "the-key-is-under-the-mat"
WIPE = {"wipe": True, "salvage": True}


def worked(office: FakeOffice, device: Device, count: int = 3) -> list[str]:
    """Documents, results, a photo and some unsent work; the ids of the latter."""
    office.put("work_order", JOB, number="1", access=SECRET)
    device.record("photo_taken", {"work_order": JOB} | device.attach(SECRET.encode() * 999, "image/png"))
    device.sync()
    device.record("photo_taken", {"work_order": JOB} | device.attach(SECRET.encode() * 998, "image/png"))
    return [device.outbox()[0]["id"]] + [device.record("note_added", {"text": SECRET}) for _ in range(count - 1)]


def kept(device: Device) -> list[str]:
    """The ids of all that is on a device, what was sent included: a restored server may have lost it."""
    return [result["id"] for result in device.results()] + [operation["id"] for operation in device.outbox()]


def remains(device: Device) -> bytes:
    """All bytes of all files of a device."""
    path = Path(device.path)
    return b"".join(file.read_bytes() for file in path.parent.iterdir() if file.name.startswith(path.name))


def test_a_revoked_device_keeps_its_work_says_so_and_can_be_enrolled_again(office: FakeOffice, device: Device) -> None:
    ids = worked(office, device)
    office.revoked = {"wipe": False}

    with pytest.raises(RefusedError, match="revoked this device: its work stays here"):
        device.sync()

    assert len(device.outbox()) == 3
    assert device.document("work_order", JOB) is not None
    office.revoked, office.incarnation = None, 2
    office.operations.clear()
    device.enrol("another code", "phone")
    device.sync()
    assert [item["id"] for item in office.operations][1:] == ids
    assert device.outbox() == []


def test_a_lost_device_hands_over_what_it_keeps_erases_itself_and_confirms(office: FakeOffice, device: Device) -> None:
    worked(office, device, 7)
    ids = kept(device)
    assert len(ids) > len(device.outbox())
    office.most = 3
    assert SECRET.encode() in remains(device)
    office.revoked = WIPE
    office.asked.clear()

    with pytest.raises(ErasedError, match="it has erased itself"):
        device.sync()

    assert [item["id"] for item in office.salvaged] == ids
    assert office.wiped == 1
    left = remains(device)
    assert not any(secret in left for secret in (SECRET.encode(), JOB.encode(), b"access-0", b"refresh-0", b"note_"))
    assert office.asked[-1] == "POST wiped"


@pytest.mark.parametrize("call", ["push", "pull", "upload"])
def test_every_call_obeys(office: FakeOffice, device: Device, call: str) -> None:
    worked(office, device)
    if call == "upload":
        device.push()
    office.revoked = WIPE

    with pytest.raises(ErasedError):
        getattr(device, call)()

    assert office.wiped == 1


def test_without_salvage_nothing_is_handed_over(office: FakeOffice, device: Device) -> None:
    worked(office, device)
    office.revoked = {"wipe": True, "salvage": False}

    with pytest.raises(ErasedError):
        device.sync()

    assert office.salvaged == []
    assert office.wiped == 1
    assert SECRET.encode() not in remains(device)


@pytest.mark.parametrize("fault", [lost, unreachable])
@pytest.mark.parametrize("after", range(1, 4))
def test_a_failing_network_only_delays_it(
    office: FakeOffice,
    device: Device,
    opened: Callable[..., Device],
    fault: Callable[..., None],
    after: int,
) -> None:
    worked(office, device, 3)
    ids = kept(device)
    office.most, office.revoked = 2, WIPE
    impatient = opened(tries=1)
    office.faults = [*[lambda _path, answer: answer()] * after, fault]
    with pytest.raises(OfflineError):
        impatient.sync()
    with pytest.raises(BadUseError, match="about to erase itself"):
        impatient.record("note_added", {})

    with pytest.raises(RefusedError):
        opened().sync()

    assert sorted({item["id"] for item in office.salvaged}) == sorted(ids)
    assert office.wiped >= 1
    assert SECRET.encode() not in remains(device)


def test_a_server_that_will_not_take_the_outbox_leaves_it_where_it_is(office: FakeOffice, device: Device) -> None:
    worked(office, device)
    office.revoked = WIPE
    office.faults += [lambda _path, answer: answer(), answers_with(problem(400, "malformed-envelope"))]

    with pytest.raises(RefusedError, match="malformed-envelope"):
        device.sync()

    assert len(device.outbox()) == 4
    assert office.wiped == 0
    with pytest.raises(ErasedError):
        device.sync()
    assert len(office.salvaged) == 4


def test_a_file_that_somebody_else_reads_is_erased_when_they_are_gone(
    office: FakeOffice, device: Device, opened: Callable[..., Device]
) -> None:
    worked(office, device)
    office.revoked = WIPE
    reader = opened()
    reader.db.execute("BEGIN")
    reader.db.execute("SELECT * FROM documents").fetchone()
    device.db.execute("PRAGMA busy_timeout = 1")
    with pytest.raises(Exception, match=r"file open|locked"):
        device.sync()
    assert office.wiped == 0
    reader.db.execute("COMMIT")

    with pytest.raises(ErasedError):
        device.sync()

    assert SECRET.encode() not in remains(device)


def test_an_erased_file_can_become_another_technician_s_device(
    office: FakeOffice, device: Device, opened: Callable[..., Device]
) -> None:
    first = device.status()["install_id"]
    office.revoked = WIPE
    with pytest.raises(ErasedError):
        device.sync()
    office.revoked = None

    device = opened()
    device.enrol("code", "phone")
    device.record("note_added", {"work_order": JOB, "text": "new"})

    assert [result["status"] for result in device.push()] == ["applied"]
    assert device.status()["install_id"] != first


def test_what_lies_in_free_pages_is_erased_as_well(office: FakeOffice, device: Device) -> None:
    device.db.execute("PRAGMA secure_delete = OFF")  # as older versions did
    device.db.execute("CREATE TABLE older AS SELECT ? AS text", (SECRET * 999,))
    device.db.execute("DROP TABLE older")
    office.revoked = WIPE
    device.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert SECRET.encode() in remains(device)

    with pytest.raises(ErasedError):
        device.sync()

    assert SECRET.encode() not in remains(device)
