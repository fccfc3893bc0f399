"""The event stream that wakes the device."""

from collections.abc import Callable

import pytest

from sync.device import Device, OfflineError, RefusedError, Stream
from tests.support.fake_office import FakeOffice
from tests.support.fake_office_enrolment import problem
from tests.support.scripted_stream import WAKE, ScriptedStreams

Wire = Callable[..., Device]


def refused(status: int, code: str) -> Stream:
    answer = problem(status, code)
    return Stream(status, answer.headers, [answer.body])


def test_a_wake_up_ends_the_wait(station: ScriptedStreams, listening: Device) -> None:
    listening.pull()
    station.streams += [WAKE, []]

    assert listening.live() is True
    assert listening.live() is False
    assert station.urls[0] == "http://office/sync/v1/live?cursor=0%40e1 Bearer access-0"


def test_something_to_send_ends_the_wait_at_the_next_line(station: ScriptedStreams, listening: Device) -> None:
    station.streams.append([b": still here\n"] * 100)
    station.meanwhile = lambda: listening.outbox() or listening.record("arrived", {"visit": "v"})

    assert listening.live() is False


def test_an_expired_token_is_traded_for_the_stream_as_well(
    office: FakeOffice, station: ScriptedStreams, listening: Device
) -> None:
    office.generation += 1
    station.streams += [refused(401, "token-expired"), WAKE]

    assert listening.live() is True
    assert station.urls[1].endswith("Bearer access-2")


def test_a_stream_that_cannot_be_had_is_told(station: ScriptedStreams, listening: Device) -> None:
    station.streams += [refused(426, "upgrade-required"), refused(503, "overloaded"), TimeoutError("timed out")]

    with pytest.raises(RefusedError, match="too old"):
        listening.live()
    with pytest.raises(OfflineError, match="overloaded"):
        listening.live()
    with pytest.raises(OfflineError, match="timed out"):
        listening.live()


def test_a_stream_is_read_over_http_as_it_comes(office: FakeOffice, url: str, opened: Wire) -> None:
    device = opened()
    device.enrol("code", "phone")
    device._local.file.set(base_url=url)
    office.news = WAKE

    assert device.live() is True
    office.news = []
    assert device.live() is False
