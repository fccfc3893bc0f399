"""A proof ends when the credentials change: it begins no session, challenge or known device afterwards."""

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
from tests.api.conftest import PASSWORD, ApiClient
from tests.support.second_factors import Clock, begin, code, finish, generation_of, served, with_totp

ANOTHER: Final = "another-long-unusual-lamp-77"
PATIENCE_SECONDS: Final = 30


def _disabled_for_a_moment(api: ApiClient, user: UUID) -> None:
    for command in ("disable", "enable"):
        assert api.post(f"/api/v1/users/{user}/{command}").status_code == 200


def _factors_reset(api: ApiClient, user: UUID) -> None:
    assert api.post(f"/api/v1/users/{user}/reset-second-factors").status_code == 200


def _password_set(api: ApiClient, user: UUID) -> None:
    assert api.post(f"/api/v1/users/{user}/set-password", {"password": ANOTHER}).status_code == 200


def _signed_out_everywhere(api: ApiClient, user: UUID) -> None:
    api.services.access.end_all(user)


CHANGES: Final = [_password_set, _signed_out_everywhere, _factors_reset, _disabled_for_a_moment]
changes = pytest.mark.parametrize("change", CHANGES, ids=lambda each: each.__name__.strip("_"))
Changing = Callable[[ApiClient, UUID], None]


def once_after(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, then: Callable[[], None]) -> None:
    """Let `then` happen when the method returns for the first time."""
    original, waiting = getattr(owner, name), [then]

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        found = original(*args, **kwargs)
        if waiting:
            waiting.pop()()
        return found

    monkeypatch.setattr(owner, name, wrapped)


def sessions_of(api: ApiClient, user: UUID) -> int:
    return len(api.services.access.sessions.of(user))


@changes
def test_a_password_that_was_compared_before_a_change_begins_no_session(
    api: ApiClient, change: Changing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 8, 10 (review 6): who had the old password waited in the queue and came in after its change."""
    api.user("admin")
    user = api.user("agent")
    once_after(monkeypatch, Passwords, "check", partial(change, api, user))

    late = begin(api)

    assert (late.status_code, code(late)) == (401, "not-signed-in")
    assert sessions_of(api, user) == 0


@changes
def test_nor_does_it_begin_a_challenge(services: Services, change: Changing, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue 8, 10 (review 6): the challenge was made after those before the change were deleted."""
    api = served(services)
    api.user("admin")
    user = api.user("agent")
    with_totp(api, Clock())
    once_after(monkeypatch, Passwords, "check", partial(change, api, user))

    assert code(begin(api)) == "not-signed-in"
    assert api.services.log.pool.fetch_all("SELECT 1 FROM access.challenges WHERE user_id = %s", (str(user),)) == []


@changes
def test_a_second_factor_that_was_given_before_a_change_begins_no_session(
    services: Services, change: Changing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 8, 10 (review 6): between the answered challenge and the session there was nothing to look at."""
    api, clock = served(services), Clock()
    api.user("admin")
    user = api.user("agent")
    _, recovery, _ = with_totp(api, clock)
    first = begin(api)
    once_after(monkeypatch, Challenges, "spend", partial(change, api, user))

    late = finish(api, first, recovery_code=recovery[0])

    assert (late.status_code, code(late)) == (401, "not-signed-in")
    assert sessions_of(api, user) == 0


def test_signing_out_everywhere_ends_a_sign_in_that_lacks_its_second_factor(services: Services) -> None:
    """Issue 8, 10 (review 6, a sibling): its challenge stayed good."""
    api, clock = served(services), Clock()
    user = api.user("agent")
    _, recovery, _ = with_totp(api, clock)
    first = begin(api)

    api.services.access.end_all(user)

    assert code(finish(api, first, recovery_code=recovery[0])) == "challenge-not-good"


def test_a_session_waits_for_a_change_that_is_being_recorded(api: ApiClient) -> None:
    """Issue 8, 10 (review 6): of the two at once, the change wins whatever the order of their statements."""
    user, refused = api.user("agent"), []
    access, pool = api.services.access, api.services.log.pool
    generation, change = generation_of(api, user), access.changing_password(user, ANOTHER)

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
    assert sessions_of(api, user) == 0


@changes
def test_no_device_counts_as_known_after_a_change(api: ApiClient, change: Changing) -> None:
    """Issue 8, 21 (review 3): tokens that somebody had gathered with the old password were good for 180 days."""
    api.user("admin")
    user = api.user("agent")
    known = attempt(api.app_client(), PASSWORD).get_json()["known_device"]
    proving = api.services.access.proving
    assert proving.is_known_device(user, generation_of(api, user), Caller(known=known))

    change(api, user)

    assert not proving.is_known_device(user, generation_of(api, user), Caller(known=known))
