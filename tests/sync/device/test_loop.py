"""The loop that syncs, waits for news and syncs again, and that nothing ends but being erased."""

import sqlite3
from collections.abc import Callable, Mapping
from itertools import islice

import pytest

from sync.device import Device, DeviceError, ErasedError, Stream, Synced
from tests.support.failing_storage import storage
from tests.support.fake_office import JOB, FakeOffice, answers_with, unreachable
from tests.support.fake_office_enrolment import problem
from tests.support.scripted_stream import WAKE, ScriptedStreams

Wire = Callable[..., Device]


def turns(device: Device, count: int) -> list[Synced | DeviceError]:
    return list(islice(device.run(), count))


def test_the_loop_syncs_when_it_is_woken(office: FakeOffice, station: ScriptedStreams, listening: Device) -> None:
    station.streams += [WAKE, WAKE]
    office.put("work_order", JOB, number="1")
    office.asked.clear()

    for number, turn in zip(range(3), listening.run(), strict=False):
        assert isinstance(turn, Synced)
        office.put("work_order", JOB, number=str(number))

    assert office.asked == ["GET pull"] * 3
    assert len(station.urls) == 2


def test_without_a_stream_the_loop_waits_in_the_pull(
    office: FakeOffice, station: ScriptedStreams, opened: Wire, slept: list[float]
) -> None:
    waits = list[float]()

    def transport(method: str, url: str, headers: Mapping[str, str], body: bytes | None, timeout: float) -> object:
        waits.append(timeout)
        return office.transport(method, url, headers, body, timeout)

    device = opened(listen=station.listen, transport=transport)
    device.enrol("code", "phone")
    turns(device, 3)

    assert waits[1:] == [30, 55, 55]
    assert slept == []


def test_the_loop_connects_again_after_a_random_moment(
    station: ScriptedStreams, listening: Device, slept: list[float]
) -> None:
    station.streams += [[], [], []]

    turns(listening, 4)

    assert len(set(slept)) == 3
    assert all(0 <= wait <= 5 for wait in slept)


def test_the_loop_sends_at_once_what_was_recorded_meanwhile(
    office: FakeOffice, station: ScriptedStreams, listening: Device
) -> None:
    station.streams.append([b": still here\n"] * 100)
    station.meanwhile = lambda: listening.outbox() or listening.record("arrived", {"visit": "v"})

    turns(listening, 2)

    assert [item["type"] for item in office.operations] == ["arrived"]


def test_the_loop_survives_everything_and_never_hammers(
    office: FakeOffice, station: ScriptedStreams, listening: Device, slept: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    station.streams += [WAKE] * 9
    office.faults += [unreachable, answers_with(problem(503, "overloaded", {"retry-after": "30"}))]
    office.faults += [answers_with(problem(400, "malformed-envelope")), answers_with(problem(426, "upgrade-required"))]
    office.faults += [lambda _path, answer: answer(), answers_with(problem(426, "upgrade-required"))]
    office.faults += [answers_with(problem(503, "overloaded", {"retry-after": "600"}))]

    happened = turns(listening, 6)

    assert [type(each).__name__ for each in happened[:3]] == ["OfflineError", "OfflineError", "RefusedError"]
    assert isinstance(happened[3], Synced)
    assert "too old" in (happened[3].notice or "")
    assert [type(each).__name__ for each in happened[4:]] == ["OfflineError", "OfflineError"]
    assert all(wait >= 0.5 for wait in slept)
    assert sum(slept) > 30 + 60 + 60 + 60
    monkeypatch.setattr(listening, "sync", lambda _: (_ for _ in ()).throw(sqlite3.OperationalError("disk I/O error")))
    assert "disk I/O error" in str(turns(listening, 1)[0])


def test_a_full_disk_does_not_end_the_loop(office: FakeOffice, station: ScriptedStreams, slept: list[float]) -> None:
    disk = storage()
    device = Device(
        "phone",
        "http://office",
        transport=office.transport,
        listen=station.listen,
        sleep=slept.append,
        connect=lambda _: disk,
    )
    device.enrol("code", "phone")
    device.record("arrived", {"visit": "v"})
    disk.room = 1

    happened = turns(device, 2)

    assert str(happened[0]).startswith("The disk is full")
    assert isinstance(happened[1], Synced)
    assert slept[0] >= 60


@pytest.mark.parametrize("by", ["sync", "stream"])
def test_only_being_erased_ends_the_loop(
    office: FakeOffice, station: ScriptedStreams, listening: Device, by: str
) -> None:
    if by == "sync":
        office.revoked = {"wipe": True, "salvage": True}
    answer = problem(403, "device-revoked", wipe=True, salvage=True)
    station.streams.append(Stream(403, answer.headers, [answer.body]))

    happened = list(listening.run())

    assert isinstance(happened[-1], ErasedError)
    assert office.wiped == 1
