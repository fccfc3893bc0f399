"""Passwords, logins and codes change with the event that says so, in one transaction."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import IntegrityError

from domain.work.technician import Technician
from store.recorder import Recorder
from tests.api.access.test_access_by_events import at_once, code, enrolled
from tests.api.conftest import PASSWORD, ApiClient
from tests.support.field_setup import Field
from tests.support.keyed_phone import KeyedPhone, outcome

ANOTHER = "another-long-unusual-lamp-77"
RESET = "/api/v1/sessions/reset-password"


@pytest.fixture
def field(api: ApiClient) -> Field:
    return Field(api.services.log)


def sign_in(api: ApiClient, login: str, password: str) -> int:
    body = {"login": login, "password": password}
    return int(api.app_client().post("/api/v1/sessions", json=body).status_code)


def access(api: ApiClient) -> list[Any]:
    """Everything that lets a user in, as it is stored."""
    tables = ("passwords", "reset_codes", "second_factors", "recovery_codes")
    read = api.services.log.pool.fetch_all
    return [sorted(read(f"SELECT t::text FROM access.{table} t")) for table in tables]  # noqa: S608 - names of ours


def topics(api: ApiClient, user: UUID) -> list[str]:
    rows = api.services.log.pool.fetch_all(
        "SELECT topic FROM log.events WHERE stream = %s ORDER BY version", (str(user),)
    )
    return [topic for (topic,) in rows]


def new_user(login: str) -> dict[str, Any]:
    return {"login": login, "name": login, "roles": ["biller"], "password": PASSWORD}


@pytest.mark.parametrize("command", ["set-password", "reset-code", "reset-second-factors", "create"])
def test_what_is_not_recorded_changes_no_credentials(
    api: ApiClient, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 8, 10, a sibling: the password was another one although no event said so."""
    user = api.user("agent")
    api.user("admin")
    api.services.factors.recovery.renew(user)
    before, recorded = access(api), topics(api, user)

    def moved(*_: Any, **__: Any) -> Any:
        raise IntegrityError("somebody was faster, every time")

    monkeypatch.setattr(Recorder, "append", moved)
    body = {"password": ANOTHER} if command == "set-password" else {}
    path, body = (
        ("/api/v1/users", new_user("nowak")) if command == "create" else (f"/api/v1/users/{user}/{command}", body)
    )
    assert api.post(path, body).status_code >= 400

    assert (access(api), topics(api, user)) == (before, recorded)


def test_a_reset_whose_event_is_not_recorded_leaves_the_code_good(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 8, 10, a sibling: the code was spent and the password changed, and no event said so."""
    user = api.user("agent")
    made = api.post(f"/api/v1/users/{user}/reset-code", {}).get_json()["code"]
    reset = {"login": "agent", "code": made, "password": ANOTHER}
    before = access(api)

    def moved(*_: Any, **__: Any) -> Any:
        raise IntegrityError("somebody was faster, every time")

    with monkeypatch.context() as patch:
        patch.setattr(Recorder, "append", moved)
        assert api.app_client().post(RESET, json=reset).status_code >= 400

    assert access(api) == before
    assert api.app_client().post(RESET, json=reset).status_code == 204


def test_one_reset_code_used_at_once_changes_the_password_once(api: ApiClient) -> None:
    """Issue 8, 10: of four uses at once one wins, and one event says so."""
    user = api.user("agent")
    made = api.post(f"/api/v1/users/{user}/reset-code", {}).get_json()["code"]
    passwords = [f"{ANOTHER}-{number}" for number in range(4)]

    def use(password: str) -> int:
        body = {"login": "agent", "code": made, "password": password}
        return int(api.app_client().post(RESET, json=body).status_code)

    statuses = at_once(*(partial(use, each) for each in passwords))

    assert statuses.count(204) == 1
    assert topics(api, user).count("user.password_changed") == 1
    assert sign_in(api, "agent", passwords[statuses.index(204)]) == 201


def test_two_who_set_a_password_at_once_leave_the_one_that_was_recorded_last(api: ApiClient) -> None:
    """Issue 8, 10: each has its event, and one of the two is good."""
    user = api.user("agent")
    api.user("admin")
    passwords = [f"{ANOTHER}-{number}" for number in range(2)]

    replies = at_once(
        *(partial(api.post, f"/api/v1/users/{user}/set-password", {"password": each}) for each in passwords)
    )

    assert [reply.status_code for reply in replies] == [200, 200]
    assert topics(api, user).count("user.password_changed") == 2
    last = max((0, 1), key=lambda at: replies[at].get_json()["version"])
    assert [sign_in(api, "agent", each) for each in passwords][last] == 201


def test_two_users_with_one_login_at_once_are_one(api: ApiClient) -> None:
    """Issue 8, 10: the other is told so, and the log has no user without a password."""
    api.user("admin")
    replies = at_once(*(partial(api.post, "/api/v1/users", new_user("nowak")) for _ in range(3)))

    assert sorted(reply.status_code for reply in replies) == [201, 409, 409]
    orphans = api.services.log.pool.fetch_all(
        "SELECT stream FROM log.events WHERE topic = 'user.registered' "
        "AND NOT EXISTS (SELECT FROM access.passwords p WHERE p.user_id = stream)"
    )
    assert orphans == []


def test_a_password_of_somebody_without_a_login_is_not_recorded(api: ApiClient) -> None:
    """Issue 8, 10, a sibling: an event told of a password that nobody has."""
    user = api.user("agent")
    api.user("admin")
    api.services.log.pool.execute("DELETE FROM access.passwords WHERE user_id = %s", (str(user),))

    assert api.post(f"/api/v1/users/{user}/set-password", {"password": ANOTHER}).status_code == 404
    assert "user.password_changed" not in topics(api, user)


def test_a_reset_code_ends_with_its_user_being_disabled(api: ApiClient) -> None:
    """Issue 8, 10, a sibling: it was good again when the user was enabled."""
    user = api.user("agent")
    made = api.post(f"/api/v1/users/{user}/reset-code", {}).get_json()["code"]
    for command in ("disable", "enable"):
        assert api.post(f"/api/v1/users/{user}/{command}").status_code == 200

    assert api.app_client().post(RESET, json={"login": "agent", "code": made, "password": ANOTHER}).status_code == 401


@pytest.mark.parametrize("command", ["revoke", "suspend"])
def test_a_code_made_before_its_technicians_device_was_doubted_lets_nothing_in(
    api: ApiClient, field: Field, command: str
) -> None:
    """Issue 8, 10, a doubtful: not even as another installation; a code made afterwards does."""
    api.user("admin")
    phone, early = enrolled(api, field), code(api, field)
    revoked = api.post(f"/api/v1/devices/{phone.credentials['device_id']}/{command}", {"reason": "lost"})
    assert revoked.status_code == 200

    assert outcome(KeyedPhone(api).enrol(early)) == (403, "enrolment-code-invalid")
    assert KeyedPhone(api).enrol(code(api, field)).status_code == 201


def test_repeating_the_request_for_a_code_does_not_make_it_good_again(api: ApiClient, field: Field) -> None:
    """Issue 8, 11, a sibling: codes were deleted, so that the same seed made the same code once more."""
    seed, devices = uuid4().bytes * 2, api.services.devices
    early, _ = devices.issue_code(field.anna, seed)
    work = api.services.log.work()
    assert work.get(Technician, field.anna).is_active()
    api.user("dispatcher")
    for command in ("deactivate", "reactivate"):
        done = api.post(f"/api/v1/technicians/{field.anna}/{command}", role="dispatcher")
        assert done.status_code == 200, done.text

    assert devices.issue_code(field.anna, seed)[0] == early
    assert outcome(KeyedPhone(api).enrol(early)) == (403, "enrolment-code-invalid")
