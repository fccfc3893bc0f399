"""The rules of devices' tokens: short-lived access, pairs that rotate, families that end together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from domain.access.identity import TokenExpired, TokenReused
from store.device_access import DeviceAccess
from store.housekeeping import forget_expired
from store.pool import ConnectionPool
from tests.support.enrolled_device import TECHNICIAN, enrolled, tokens


@pytest.fixture
def pool(database: str) -> Iterator[ConnectionPool]:
    made = ConnectionPool(database, role="callout_writer", size=3)
    yield made
    made.close()


@pytest.fixture
def devices(pool: ConnectionPool) -> DeviceAccess:
    return DeviceAccess(pool)


def test_an_access_token_says_who_it_is_for_a_quarter_of_an_hour(devices: DeviceAccess, pool: ConnectionPool) -> None:
    device = enrolled(devices)
    pair = tokens(devices, device)

    assert pair.access_expires_in == 900
    assert devices.who(pair.access_token)[:5] == (device.device, 1, TECHNICIAN, "active", False)
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
