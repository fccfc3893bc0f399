"""Access of devices: codes are valid once, and a revocation holds at once."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from domain.access.device import Device
from domain.access.device_events import Installation
from domain.access.identity import DeviceRevoked, TokenExpired
from store.device_access import CodeNotGood, DeviceAccess
from store.device_statuses import DeviceStatuses
from store.enrolment_code import code_of
from store.housekeeping import forget_expired
from store.log import EventLog
from store.pool import ConnectionPool
from tests.support.device_status import set_status
from tests.support.enrolled_device import TECHNICIAN, enrolled, tokens
from tests.support.field_setup import save
from tests.support.logs import log_on


@pytest.fixture
def log(database: str) -> Iterator[EventLog]:
    with log_on(database) as made:
        yield made


@pytest.fixture
def pool(log: EventLog) -> ConnectionPool:
    return log.pool


@pytest.fixture
def devices(pool: ConnectionPool) -> DeviceAccess:
    return DeviceAccess(pool)


@pytest.fixture
def statuses(pool: ConnectionPool) -> DeviceStatuses:
    return DeviceStatuses(pool)


def installation() -> Installation:
    return {"technician": TECHNICIAN, "install_id": "phone", "name": "p", "platform": "t", "app_version": "1.0"}


def test_a_code_makes_one_device_once(devices: DeviceAccess) -> None:
    code, _ = devices.issue_code(TECHNICIAN)

    device = devices.enrol(code, "phone")

    assert (device.incarnation, device.technician) == (1, TECHNICIAN)
    with pytest.raises(CodeNotGood):
        devices.enrol(code, "another phone")


def test_a_code_may_be_typed_as_people_type(devices: DeviceAccess) -> None:
    code, _ = devices.issue_code(TECHNICIAN, b"a seed whose code has a zero and a one")
    sloppy = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")

    assert devices.enrol(sloppy, "phone").technician == TECHNICIAN


def test_a_code_is_good_for_a_day(devices: DeviceAccess, pool: ConnectionPool) -> None:
    code, _ = devices.issue_code(TECHNICIAN)

    pool.execute("UPDATE access.enrolment_codes SET expires_at = now()")

    with pytest.raises(CodeNotGood):
        devices.enrol(code, "phone")


def test_the_same_seed_is_the_same_code_and_other_seeds_are_others(devices: DeviceAccess) -> None:
    assert devices.issue_code(TECHNICIAN, b"one") == devices.issue_code(TECHNICIAN, b"one")
    assert devices.issue_code(TECHNICIAN, b"two")[0] != code_of(b"one")
    assert len({devices.issue_code(TECHNICIAN)[0] for _ in range(20)}) == 20


def test_a_known_installation_comes_back_in_its_next_incarnation_and_its_old_tokens_end(
    devices: DeviceAccess, log: EventLog
) -> None:
    """Issue 8, 10: both with the event that says so, not before."""
    first = enrolled(devices)
    pair = tokens(devices, first)
    device = Device.enrol(id=first.device, **installation())
    save(log, device)

    second = enrolled(devices)

    assert second[:3] == (first.device, 2, TECHNICIAN)
    assert devices.who(pair.access_token).incarnation == 1
    device.reenrol(incarnation=2, **installation())
    save(log, device)
    with pytest.raises(TokenExpired):
        devices.who(pair.access_token)
    with pytest.raises(TokenExpired):
        devices.rotate(pair.refresh_token)
    assert devices.who(tokens(devices, second).access_token).incarnation == 2


def test_an_installation_that_was_told_to_erase_itself_is_a_new_device(
    devices: DeviceAccess, pool: ConnectionPool
) -> None:
    first = enrolled(devices)
    set_status(pool, first.device, "revoked", wipe=True)

    second = enrolled(devices)

    assert second.device != first.device
    assert second.incarnation == 1


@pytest.mark.parametrize("wipe", [True, False])
def test_a_revoked_device_is_refused_at_once_and_told_whether_to_erase_itself(
    devices: DeviceAccess, pool: ConnectionPool, *, wipe: bool
) -> None:
    device = enrolled(devices)
    pair = tokens(devices, device)

    set_status(pool, device.device, "revoked", wipe=wipe)

    for ask in (lambda: devices.who(pair.access_token), lambda: devices.rotate(pair.refresh_token)):
        with pytest.raises(DeviceRevoked) as refused:
            ask()
        assert refused.value.members == {"wipe": wipe, "salvage": True}


def test_a_lost_device_may_hand_in_what_it_holds_even_after_its_token_has_expired(
    devices: DeviceAccess, log: EventLog, pool: ConnectionPool
) -> None:
    device = enrolled(devices)
    entity = Device.enrol(id=device.device, **installation())
    pair = tokens(devices, device)
    pool.execute("UPDATE access.device_tokens SET expires_at = now() - interval '90 days'")
    set_status(pool, device.device, "revoked", wipe=True)
    with pool.transaction() as cursor:
        forget_expired(cursor)

    assert devices.who(pair.access_token, revoked_too=True).status == "revoked"
    entity.record_wipe()
    save(log, entity)
    with pytest.raises(TokenExpired):
        devices.who(pair.access_token, revoked_too=True)


def test_a_suspended_device_is_known_as_such(devices: DeviceAccess, pool: ConnectionPool) -> None:
    device = enrolled(devices)
    pair = tokens(devices, device)

    set_status(pool, device.device, "suspended")

    assert devices.who(pair.access_token).status == "suspended"
    assert devices.rotate(pair.refresh_token)


def test_what_a_device_does_not_tell_stays_as_it_was(devices: DeviceAccess, statuses: DeviceStatuses) -> None:
    device = enrolled(devices)

    statuses.record_report(device.device, clock_offset_ms=-1500, pulled_through=17)
    statuses.record_report(device.device, app_version="1.1")

    reported = statuses.of([device.device, uuid4()])
    assert list(reported) == [device.device]
    seen = reported[device.device]
    assert (seen["clock_offset_ms"], seen["pulled_through"], seen["app_version"]) == (-1500, 17, "1.1")
    assert seen["last_seen_at"] is not None


def test_a_device_that_has_just_pulled_can_report_when_it_pushes(
    devices: DeviceAccess, statuses: DeviceStatuses
) -> None:
    device = enrolled(devices)
    pair = tokens(devices, device)

    statuses.record_report(device.device)
    assert not devices.who(pair.access_token).reported_lately
    statuses.record_report(device.device, clock_offset_ms=70, unsent=2)

    seen = statuses.of([device.device])[device.device]
    assert (seen["clock_offset_ms"], seen["unsent"]) == (70, 2)
    assert devices.who(pair.access_token).reported_lately
