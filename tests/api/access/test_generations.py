"""Whoever was proven begins nothing once what lets them in has changed: sessions, challenges, known devices."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Thread
from time import monotonic, sleep
from typing import Any, Final
from uuid import UUID

import pytest

from api.http.services import Services
from store.caller import Caller
from store.challenges import Challenges
from store.passwords import Passwords
from store.sessions import SessionEnded
from tests.api.access.test_lock_out import attempt
from tests.api.conftest import PASSWORD, House
from tests.support.second_factors import Clock, begin, code, finish, generation_of, served, with_totp

ANOTHER: Final = "another-long-unusual-lamp-77"
PATIENCE_SECONDS: Final = 30


def _disabled_for_a_moment(house: House, user: UUID) -> None:
    for command in ("disable", "enable"):
        assert house.post(f"/api/v1/users/{user}/{command}").status_code == 200


def _factors_reset(house: House, user: UUID) -> None:
    assert house.post(f"/api/v1/users/{user}/reset-second-factors").status_code == 200


def _password_set(house: House, user: UUID) -> None:
    assert house.post(f"/api/v1/users/{user}/set-password", {"password": ANOTHER}).status_code == 200


def _signed_out_everywhere(house: House, user: UUID) -> None:
    house.services.access.end_all(user)


CHANGES: Final = [_password_set, _signed_out_everywhere, _factors_reset, _disabled_for_a_moment]
changes = pytest.mark.parametrize("change", CHANGES, ids=lambda each: each.__name__.strip("_"))
Changing = Callable[[House, UUID], None]


def once_after(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, then: Callable[[], None]) -> None:
    """Let `then` happen when the method returns for the first time."""
    original, waiting = getattr(owner, name), [then]

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        found = original(*args, **kwargs)
        if waiting:
            waiting.pop()()
        return found

    monkeypatch.setattr(owner, name, wrapped)


def sessions_of(house: House, user: UUID) -> int:
    return len(house.services.access.sessions.of(user))


@changes
def test_a_password_that_was_compared_before_a_change_begins_no_session(
    house: House, change: Changing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 8, 10 (review 6): who had the old password waited in the queue and came in after its change."""
    house.user("admin")
    user = house.user("agent")
    once_after(monkeypatch, Passwords, "check", partial(change, house, user))

    late = begin(house)

    assert (late.status_code, code(late)) == (401, "not-signed-in")
    assert sessions_of(house, user) == 0


@changes
def test_nor_does_it_begin_a_challenge(services: Services, change: Changing, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue 8, 10 (review 6): the challenge was made after those before the change were deleted."""
    house = served(services)
    house.user("admin")
    user = house.user("agent")
    with_totp(house, Clock())
    once_after(monkeypatch, Passwords, "check", partial(change, house, user))

    assert code(begin(house)) == "not-signed-in"
    assert house.services.log.pool.fetch_all("SELECT 1 FROM access.challenges WHERE user_id = %s", (str(user),)) == []


@changes
def test_a_second_factor_that_was_given_before_a_change_begins_no_session(
    services: Services, change: Changing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 8, 10 (review 6): between the answered challenge and the session there was nothing to look at."""
    house, clock = served(services), Clock()
    house.user("admin")
    user = house.user("agent")
    _, recovery, _ = with_totp(house, clock)
    first = begin(house)
    once_after(monkeypatch, Challenges, "spend", partial(change, house, user))

    late = finish(house, first, recovery_code=recovery[0])

    assert (late.status_code, code(late)) == (401, "not-signed-in")
    assert sessions_of(house, user) == 0


def test_signing_out_everywhere_ends_a_sign_in_that_lacks_its_second_factor(services: Services) -> None:
    """Issue 8, 10 (review 6, a sibling): its challenge stayed good."""
    house, clock = served(services), Clock()
    user = house.user("agent")
    _, recovery, _ = with_totp(house, clock)
    first = begin(house)

    house.services.access.end_all(user)

    assert code(finish(house, first, recovery_code=recovery[0])) == "challenge-not-good"


def test_a_session_waits_for_a_change_that_is_being_recorded(house: House) -> None:
    """Issue 8, 10 (review 6): of the two at once, the change wins whatever the order of their statements."""
    user, refused = house.user("agent"), []
    access, pool = house.services.access, house.services.log.pool
    generation, change = generation_of(house, user), access.changing_password(user, ANOTHER)

    def begin_late() -> None:
        try:
            access.sessions.begin(user, generation=generation)
        except SessionEnded as ended:
            refused.append(ended)

    waiting = (
        "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%access.sessions%FOR SHARE%'"
    )
    thread = Thread(target=begin_late)
    with pool.transaction() as cursor:
        change(cursor)
        thread.start()
        until = monotonic() + PATIENCE_SECONDS
        while not pool.fetch_all(waiting) and thread.is_alive() and monotonic() < until:
            sleep(0.01)
        assert thread.is_alive()
    thread.join(PATIENCE_SECONDS)

    assert len(refused) == 1
    assert sessions_of(house, user) == 0


@changes
def test_no_device_counts_as_known_after_a_change(house: House, change: Changing) -> None:
    """Issue 8, 21 (review 3): tokens that somebody had gathered with the old password were good for 180 days."""
    house.user("admin")
    user = house.user("agent")
    known = attempt(house.app_client(), PASSWORD).get_json()["known_device"]
    proving = house.services.access.proving
    assert proving.is_known_device(user, generation_of(house, user), Caller(known=known))

    change(house, user)

    assert not proving.is_known_device(user, generation_of(house, user), Caller(known=known))
