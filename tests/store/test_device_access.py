"""The rules for devices: codes that work once, tokens that rotate, and revoking that holds at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from store.device_access import CodeNotGood, DeviceAccess, DeviceRevoked, Enrolment, TokenExpired, TokenReused
from store.device_tokens import Pair
from store.enrolment_code import code_of
from store.housekeeping import forget_expired
from store.pool import ConnectionPool
from store.standing import Standings

TECHNICIAN = UUID("0191cb40-11d2-7000-8f00-9d0f6b7c0001")


@pytest.fixture
def pool(database: str) -> Iterator[ConnectionPool]:
    made = ConnectionPool(database, role="callout_writer", size=3)
    yield made
    made.close()


@pytest.fixture
def devices(pool: ConnectionPool) -> DeviceAccess:
    return DeviceAccess(pool)


@pytest.fixture
def standings(pool: ConnectionPool) -> Standings:
    return Standings(pool)


def enrolled(devices: DeviceAccess, install_id: str = "phone") -> Enrolment:
    code, _ = devices.issue_code(TECHNICIAN)
    return devices.enrol(code, install_id, "1.0")


def tokens(devices: DeviceAccess, device: Enrolment) -> Pair:
    return devices.issue_tokens(device.device, device.incarnation, device.technician)


def test_a_code_makes_one_device_once(devices: DeviceAccess) -> None:
    code, _ = devices.issue_code(TECHNICIAN)

    device = devices.enrol(code, "phone")

    assert (device.incarnation, device.technician, device.again) == (1, TECHNICIAN, False)
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


def test_a_known_installation_comes_back_in_its_next_incarnation_and_its_old_tokens_end(devices: DeviceAccess) -> None:
    first = enrolled(devices)
    pair = tokens(devices, first)

    second = enrolled(devices)

    assert second == (first.device, 2, TECHNICIAN, True)
    with pytest.raises(TokenExpired):
        devices.who(pair.access_token)
    with pytest.raises(TokenExpired):
        devices.rotate(pair.refresh_token)


def test_an_installation_that_was_told_to_erase_itself_is_a_new_device(
    devices: DeviceAccess, standings: Standings
) -> None:
    first = enrolled(devices)
    standings.set(first.device, "revoked", wipe=True)

    second = enrolled(devices)

    assert second.device != first.device
    assert (second.incarnation, second.again) == (1, False)


def test_an_access_token_says_who_it_is_for_a_quarter_of_an_hour(devices: DeviceAccess, pool: ConnectionPool) -> None:
    device = enrolled(devices)
    pair = tokens(devices, device)

    assert pair.access_expires_in == 900
    assert devices.who(pair.access_token) == (device.device, 1, TECHNICIAN, "active", False)
    pool.execute("UPDATE access.device_tokens SET expires_at = now() WHERE kind = 'access'")
    with pytest.raises(TokenExpired):
        devices.who(pair.access_token)


def test_a_refresh_token_opens_nothing_but_a_new_pair(devices: DeviceAccess) -> None:
    pair = tokens(devices, enrolled(devices))

    with pytest.raises(TokenExpired):
        devices.who(pair.refresh_token)
    with pytest.raises(TokenExpired):
        devices.rotate(pair.access_token)


def test_with_a_new_pair_the_old_one_dies(devices: DeviceAccess) -> None:
    device = enrolled(devices)
    old = tokens(devices, device)

    new = devices.rotate(old.refresh_token)

    assert devices.who(new.access_token).device == device.device
    with pytest.raises(TokenExpired):
        devices.who(old.access_token)


def test_using_a_refresh_token_twice_ends_its_whole_family_and_no_other(devices: DeviceAccess) -> None:
    device = enrolled(devices)
    stolen, other = tokens(devices, device), tokens(devices, device)
    second = devices.rotate(stolen.refresh_token)
    third = devices.rotate(second.refresh_token)

    with pytest.raises(TokenReused):
        devices.rotate(stolen.refresh_token)

    with pytest.raises(TokenExpired):
        devices.who(third.access_token)
    with pytest.raises(TokenReused):
        devices.rotate(third.refresh_token)
    assert devices.who(other.access_token).device == device.device


def test_a_refresh_token_lives_half_a_year_from_its_issue(devices: DeviceAccess, pool: ConnectionPool) -> None:
    pair = tokens(devices, enrolled(devices))
    [(life,)] = pool.fetch_all("SELECT expires_at - now() FROM access.device_tokens WHERE kind = 'refresh'")
    assert timedelta(days=179, hours=23) < life <= timedelta(days=180)

    pool.execute("UPDATE access.device_tokens SET expires_at = now() WHERE kind = 'refresh'")

    with pytest.raises(TokenExpired):
        devices.rotate(pair.refresh_token)


@pytest.mark.parametrize("wipe", [True, False])
def test_a_revoked_device_is_refused_at_once_and_told_whether_to_erase_itself(
    devices: DeviceAccess, standings: Standings, *, wipe: bool
) -> None:
    device = enrolled(devices)
    pair = tokens(devices, device)

    standings.set(device.device, "revoked", wipe=wipe)

    for ask in (lambda: devices.who(pair.access_token), lambda: devices.rotate(pair.refresh_token)):
        with pytest.raises(DeviceRevoked) as refused:
            ask()
        assert refused.value.members == {"wipe": wipe, "salvage": True}


def test_a_lost_device_may_hand_in_what_it_holds_even_after_its_token_has_expired(
    devices: DeviceAccess, standings: Standings, pool: ConnectionPool
) -> None:
    device = enrolled(devices)
    pair = tokens(devices, device)
    pool.execute("UPDATE access.device_tokens SET expires_at = now() - interval '90 days'")
    standings.set(device.device, "revoked", wipe=True)
    with pool.transaction() as cursor:
        forget_expired(cursor)

    assert devices.who(pair.access_token, revoked_too=True).standing == "revoked"
    standings.wiped(device.device)
    with pytest.raises(TokenExpired):
        devices.who(pair.access_token, revoked_too=True)


def test_a_suspended_device_is_known_as_such(devices: DeviceAccess, standings: Standings) -> None:
    device = enrolled(devices)
    pair = tokens(devices, device)

    standings.set(device.device, "suspended")

    assert devices.who(pair.access_token).standing == "suspended"
    assert devices.rotate(pair.refresh_token)


def test_what_a_device_does_not_tell_stays_as_it_was(devices: DeviceAccess, standings: Standings) -> None:
    device = enrolled(devices)

    standings.saw(device.device, clock_offset_ms=-1500, pulled_through=17)
    standings.saw(device.device, app_version="1.1")

    told = standings.of([device.device, uuid4()])
    assert list(told) == [device.device]
    seen = told[device.device]
    assert (seen["clock_offset_ms"], seen["pulled_through"], seen["app_version"]) == (-1500, 17, "1.1")
    assert seen["last_seen_at"] is not None


def test_old_codes_and_tokens_are_forgotten_and_good_ones_stay(devices: DeviceAccess, pool: ConnectionPool) -> None:
    pair = tokens(devices, enrolled(devices))
    new = devices.rotate(pair.refresh_token)
    pool.execute("UPDATE access.enrolment_codes SET expires_at = now() - interval '8 days'")
    pool.execute("UPDATE access.device_tokens SET used_at = now() - interval '31 days' WHERE used_at IS NOT NULL")

    with pool.transaction() as cursor:
        forget_expired(cursor)

    assert pool.fetch_all("SELECT count(*) FROM access.enrolment_codes") == [(0,)]
    assert pool.fetch_all("SELECT kind FROM access.device_tokens ORDER BY kind") == [("access",), ("refresh",)]
    assert devices.who(new.access_token)


def test_no_code_and_no_token_is_stored(devices: DeviceAccess, pool: ConnectionPool) -> None:
    code, _ = devices.issue_code(TECHNICIAN)
    pair = tokens(devices, enrolled(devices))

    stored = str(
        pool.fetch_all("SELECT c::text FROM access.enrolment_codes c UNION SELECT t::text FROM access.device_tokens t")
    )

    assert code.replace("-", "").encode().hex() not in stored
    assert pair.access_token.encode().hex() not in stored
    assert pair.refresh_token.encode().hex() not in stored
